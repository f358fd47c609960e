CREATE TABLE "calls" (
	"session_id" uuid NOT NULL,
	"id" text NOT NULL,
	"caller" text,
	"from_me" boolean NOT NULL,
	"video" boolean NOT NULL,
	"is_group" boolean NOT NULL,
	"phase" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "calls_session_id_id_pk" PRIMARY KEY("session_id","id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"session_id" uuid NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"path" text NOT NULL,
	"address" text NOT NULL,
	"headers" text NOT NULL,
	"body" "bytea" NOT NULL,
	"scheme" text NOT NULL,
	"secret_id" uuid,
	CONSTRAINT "deliveries_session_id_received_at_id_pk" PRIMARY KEY("session_id","received_at","id")
) PARTITION BY RANGE (received_at);
--> statement-breakpoint
CREATE TABLE "event_keys" (
	"session_id" uuid NOT NULL,
	"key" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	CONSTRAINT "event_keys_session_id_key_pk" PRIMARY KEY("session_id","key")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"session_id" uuid NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"source_id" uuid NOT NULL,
	"delivery_id" uuid NOT NULL,
	"type" text NOT NULL,
	"provider_type" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"occurred_at" timestamp with time zone,
	"key" text,
	"message_id" text,
	"chat" text,
	"text" text,
	"body_size" integer NOT NULL,
	"facts" json NOT NULL,
	CONSTRAINT "events_session_id_received_at_id_pk" PRIMARY KEY("session_id","received_at","id")
) PARTITION BY RANGE (received_at);
--> statement-breakpoint
CREATE TABLE "issues" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"detail" text NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"times" integer NOT NULL,
	"resolved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "late_minutes" (
	"minute" timestamp with time zone PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"session_id" uuid NOT NULL,
	"id" text NOT NULL,
	"chat" text,
	"sender" text,
	"recipient" text,
	"author" text,
	"from_me" boolean,
	"kind" text,
	"text" text,
	"media" text,
	"ack" smallint,
	"sent_at" timestamp with time zone NOT NULL,
	"delivered_at" timestamp with time zone,
	"read_at" timestamp with time zone,
	"edited_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "messages_session_id_id_pk" PRIMARY KEY("session_id","id")
);
--> statement-breakpoint
CREATE TABLE "quarantine" (
	"session_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"name" text,
	"received_at" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	"path" text NOT NULL,
	"address" text NOT NULL,
	"headers" text NOT NULL,
	"body" "bytea" NOT NULL,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "quarantine_session_id_id_pk" PRIMARY KEY("session_id","id")
);
--> statement-breakpoint
CREATE TABLE "reactions" (
	"session_id" uuid NOT NULL,
	"message_id" text NOT NULL,
	"sender" text NOT NULL,
	"text" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "reactions_session_id_message_id_sender_pk" PRIMARY KEY("session_id","message_id","sender")
);
--> statement-breakpoint
CREATE TABLE "rejections" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid,
	"slug" text,
	"session" text,
	"minute" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"times" integer NOT NULL,
	"address" text NOT NULL,
	"code" text NOT NULL,
	"message" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rollups" (
	"session_id" uuid NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"type" text NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "rollups_session_id_minute_type_pk" PRIMARY KEY("session_id","minute","type")
);
--> statement-breakpoint
CREATE TABLE "secrets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"ciphertext" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"fingerprint" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"retires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"uses" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"name" text NOT NULL,
	"owner_id" text,
	"provider" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"since" timestamp with time zone NOT NULL,
	"account_id" text,
	"account_name" text,
	"state" json NOT NULL,
	"tally" json NOT NULL,
	"base" json,
	"stale_at" timestamp with time zone,
	"usual_gap_ms" bigint,
	"stale_after_ms" bigint,
	"qr_expires_after_ms" bigint,
	"connecting_timeout_ms" bigint,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"seq" bigint NOT NULL,
	"last_event_at" timestamp with time zone,
	"pulse" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"label" text NOT NULL,
	"provider" text NOT NULL,
	"schemes" jsonb,
	"owner_id" text,
	"stale_after_ms" bigint,
	"qr_expires_after_ms" bigint,
	"connecting_timeout_ms" bigint,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sources_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "transitions" (
	"session_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"event_id" uuid NOT NULL,
	"event_type" text NOT NULL,
	"event_key" text,
	"from_status" text NOT NULL,
	"to_status" text NOT NULL,
	"reason" text,
	"detail" text,
	"state" json NOT NULL,
	"processed_at" timestamp with time zone,
	CONSTRAINT "transitions_session_id_at_event_id_pk" PRIMARY KEY("session_id","at","event_id")
);
--> statement-breakpoint
ALTER TABLE "secrets" ADD CONSTRAINT "secrets_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_received" ON "events" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "events_type" ON "events" USING btree ("type","received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "issues_open" ON "issues" USING btree ("kind","subject") WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "messages_sent" ON "messages" USING btree ("session_id","sent_at");--> statement-breakpoint
CREATE INDEX "quarantine_open" ON "quarantine" USING btree ("received_at") WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "rejections_source" ON "rejections" USING btree ("source_id","last_at");--> statement-breakpoint
CREATE INDEX "rejections_last" ON "rejections" USING btree ("last_at");--> statement-breakpoint
CREATE INDEX "rollups_minute" ON "rollups" USING btree ("minute");--> statement-breakpoint
CREATE INDEX "secrets_source" ON "secrets" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "sessions_status" ON "sessions" USING btree ("status");--> statement-breakpoint
CREATE INDEX "sessions_source" ON "sessions" USING btree ("source_id","name");--> statement-breakpoint
CREATE INDEX "sessions_owner" ON "sessions" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "sessions_updated" ON "sessions" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "sessions_stale" ON "sessions" USING btree ("stale_at") WHERE stale_at is not null;--> statement-breakpoint
CREATE INDEX "transitions_outbox" ON "transitions" USING btree ("at") WHERE processed_at is null;--> statement-breakpoint
-- By hand from here on: drizzle-kit knows neither partitions nor storage parameters.
CREATE TABLE "events_default" PARTITION OF "events" DEFAULT;--> statement-breakpoint
CREATE TABLE "deliveries_default" PARTITION OF "deliveries" DEFAULT;--> statement-breakpoint
-- Room on the page for heap-only updates of the rows that every event touches.
ALTER TABLE "sessions" SET (fillfactor = 40);--> statement-breakpoint
ALTER TABLE "messages" SET (fillfactor = 80);
--> statement-breakpoint
-- Long bodies come compressed: Postgres' own attempt would cost more than it saves.
ALTER TABLE "deliveries" ALTER COLUMN "body" SET STORAGE EXTERNAL;
