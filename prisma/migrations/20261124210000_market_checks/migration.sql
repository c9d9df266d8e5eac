-- What the marketplace's tables hold by themselves since they are there, and an index that pages of entitled objects lacked.

-- A tag is as long as the API takes one (src/domain/listing/tag.ts), so that no other way leads a longer one into the index that spans tenants.
CREATE FUNCTION are_tags(items text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT coalesce(bool_and(length(item) BETWEEN 1 AND 32 AND item = btrim(item)), true) FROM unnest(items) AS item);
ALTER TABLE listing ADD CONSTRAINT listing_tag_check CHECK (are_tags(tags));

-- A dataset's objects in the order in which they were added.
CREATE INDEX data_object_tenant_id_dataset_id_id_idx ON data_object (tenant_id, dataset_id, id);

-- As before, by a walk of that index: which dataset is looked at is found first, and each end has a statement whose order is the index's.
CREATE OR REPLACE FUNCTION crossing_entitled_objects(entitled uuid, above uuid, below uuid, descending boolean, at_most integer)
RETURNS TABLE (id uuid, name text, size bigint, media_type text, sha256 bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  first CONSTANT uuid := coalesce(above, '00000000-0000-0000-0000-000000000000');
  last CONSTANT uuid := coalesce(below, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  offer public.listing;
BEGIN
  SELECT l.* INTO offer
  FROM public.entitlement e JOIN public.listing l ON l.id = e.listing_id JOIN public.tenant t ON t.tenant_id = l.tenant_id
  WHERE e.tenant_id = public.app_tenant() AND e.id = entitled AND e.ended_at IS NULL AND t.status = 'active' AND t.sells;
  IF descending THEN
    RETURN QUERY SELECT o.id, o.name, o.size, o.media_type, o.sha256 FROM public.data_object o
      WHERE o.tenant_id = offer.tenant_id AND o.dataset_id = offer.dataset_id AND o.stored_at IS NOT NULL AND o.id > first AND o.id < last
      ORDER BY o.id DESC LIMIT at_most;
  ELSE
    RETURN QUERY SELECT o.id, o.name, o.size, o.media_type, o.sha256 FROM public.data_object o
      WHERE o.tenant_id = offer.tenant_id AND o.dataset_id = offer.dataset_id AND o.stored_at IS NOT NULL AND o.id > first AND o.id < last
      ORDER BY o.id LIMIT at_most;
  END IF;
END $$;
