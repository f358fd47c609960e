ALTER TABLE "quarantine" ADD COLUMN "scheme" text;--> statement-breakpoint
ALTER TABLE "quarantine" ADD COLUMN "secret_id" uuid;--> statement-breakpoint
ALTER TABLE "quarantine" ADD COLUMN "body_size" integer;
