CREATE TABLE "source_mismatches" (
	"source_id" uuid NOT NULL,
	"path_session" text NOT NULL,
	"body_session" text NOT NULL,
	"times" bigint NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "source_mismatches_source_id_path_session_body_session_pk" PRIMARY KEY("source_id","path_session","body_session")
);
--> statement-breakpoint
CREATE TABLE "source_sightings" (
	"source_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"times" bigint NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "source_sightings_source_id_provider_pk" PRIMARY KEY("source_id","provider")
);
--> statement-breakpoint
ALTER TABLE "secrets" ADD COLUMN "first_used_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "source_mismatches" ADD CONSTRAINT "source_mismatches_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_sightings" ADD CONSTRAINT "source_sightings_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;