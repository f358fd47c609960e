CREATE TABLE "source_controls" (
	"source_id" uuid PRIMARY KEY NOT NULL,
	"api" text NOT NULL,
	"base_url" text NOT NULL,
	"key_ciphertext" "bytea",
	"key_id" text,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "source_controls" ADD CONSTRAINT "source_controls_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;