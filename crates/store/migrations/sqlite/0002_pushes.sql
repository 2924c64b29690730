-- Some pushes name nothing but the vendor's id of a call.
CREATE INDEX calls_by_vendor_call_id ON calls (vendor_call_id, id);
