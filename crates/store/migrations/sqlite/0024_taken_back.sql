-- Why somebody is to be taken back, a word of `cause`; of those asked for before it is not known.
ALTER TABLE contacts ADD COLUMN cancel_cause TEXT;
