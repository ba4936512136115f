-- Carriers bill a text by segments; support and the bill can be told apart by them.
ALTER TABLE textonce.deliveries
    ADD COLUMN segments integer;
