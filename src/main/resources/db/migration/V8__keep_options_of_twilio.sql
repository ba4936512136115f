-- What an event's policy asks of Twilio beyond the text, such as 'shortenUrls=true smartEncoded=true': whichever
-- instance sends a held text, or sends one again, must ask the same. With a contentSid the column body holds the values
-- for Twilio's template instead of a text.
ALTER TABLE textonce.deliveries ADD COLUMN twilio_options text;
