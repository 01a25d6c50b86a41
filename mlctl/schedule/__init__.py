"""When a model is due, and who is told: cron expressions, the crontab block, retries, notifications."""
