-- The search finds a listing by any word of its title, tags or summary, or by the start of one, in any language. One function cuts a text into
-- words, for the index and for a query, so that the two agree. It doesn't use PostgreSQL's text search parser, dictionaries or the database's
-- locale: they keep `prices.csv` and `COVID-19` whole, drop stop words, and don't split texts without spaces.

-- A text without case, accents and invisible characters. NFKD splits an accent off its letter; U+0300 to U+036F are accents.
CREATE FUNCTION market_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
  RETURN replace(replace(replace(translate(normalize(regexp_replace(normalize(lower(normalize(value, NFKC)), NFKD),
    '[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]', '', 'g'), NFKC), 'øłđħŧıς', 'oldhtiσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');

-- The words of a text, in their order. Spaces and punctuation separate words, listed by their code points. A word of a script that is written
-- without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) is replaced by its pieces: up to eight characters from each of its characters on, so
-- that the start of a piece finds any part of the word.
CREATE FUNCTION market_cut(value text) RETURNS TABLE (word text, is_piece boolean, place bigint)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN w.is_unspaced THEN substr(w.word, c.at, 8) ELSE left(w.word, 60) END, w.is_unspaced,
    row_number() OVER (ORDER BY w.place, c.at)
  FROM (SELECT s.word, s.place, s.word ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3040-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]' AS is_unspaced
      FROM regexp_split_to_table(public.market_fold(value),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u055a-\u055f\u0589\u05be\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufe30-\ufe4f]+')
        WITH ORDINALITY AS s (word, place) WHERE s.word <> '') w,
    generate_series(1, CASE WHEN w.is_unspaced THEN length(w.word) ELSE 1 END) AS c (at)
$$;

-- The words of a text with their places, as a document of text search.
CREATE FUNCTION market_vector(value text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
  RETURN (SELECT coalesce(string_agg(format('''%s'':%s', c.word, least(c.place, 16383)), ' ' ORDER BY c.place), '')::tsvector
    FROM public.market_cut(value) c);

-- What a listing is found by: words of the title (A), the tags (B) and the summary (C).
CREATE FUNCTION market_document(title text, tags text[], summary text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
  RETURN setweight(public.market_vector(title), 'A') || setweight(public.market_vector(array_to_string(tags, ' ')), 'B')
    || setweight(public.market_vector(summary), 'C');

-- One term of a query: all of its words must occur, a phrase's words next to each other. A word matches words that start with it, but a phrase's
-- and an excluded term's words match themselves alone.
CREATE FUNCTION market_term(term text, is_phrase boolean, is_excluded boolean) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
  RETURN (SELECT CASE WHEN is_excluded THEN '!' ELSE '' END || '(' || string_agg(
      format('''%s''%s', c.word, CASE WHEN c.is_piece OR NOT (is_phrase OR is_excluded) THEN ':*' ELSE '' END),
      CASE WHEN is_phrase AND NOT c.has_pieces THEN ' <-> ' ELSE ' & ' END ORDER BY c.place) || ')'
    FROM (SELECT p.word, p.is_piece, p.place, bool_or(p.is_piece) OVER () AS has_pieces FROM public.market_cut(term) p) c
    GROUP BY c.has_pieces);

-- A query as people type it: words, "phrases", `or` and -excluded. One without a word finds nothing.
CREATE OR REPLACE FUNCTION market_words(query text) RETURNS tsquery LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  RETURN CASE WHEN query IS NOT NULL THEN (SELECT coalesce(string_agg(g.terms, ' | '), '')::tsquery
    FROM (SELECT string_agg(t.term, ' & ' ORDER BY t.place) AS terms
      FROM (SELECT m.place, count(*) FILTER (WHERE lower(m.text) = 'or') OVER (ORDER BY m.place) AS branch,
          CASE WHEN lower(m.text) <> 'or' THEN public.market_term(m.text, m.text ~ '^-*"', m.text LIKE '-%') END AS term
        FROM (SELECT r.match[1] AS text, r.place FROM regexp_matches(query, '-*"[^"]*"?|[^\s"]+', 'g') WITH ORDINALITY AS r (match, place)) m) t
      WHERE t.term IS NOT NULL GROUP BY t.branch) g) END;

CREATE OR REPLACE FUNCTION index_listing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.status = 'published' THEN
    INSERT INTO public.market_index AS m (tenant_id, listing_id, document, tags, price, currency, published_at)
    VALUES (NEW.tenant_id, NEW.id, public.market_document(NEW.title, NEW.tags, NEW.summary), NEW.tags, NEW.price, NEW.currency, NEW.published_at)
    ON CONFLICT (tenant_id, listing_id) DO UPDATE SET document = EXCLUDED.document, tags = EXCLUDED.tags, price = EXCLUDED.price,
      currency = EXCLUDED.currency, published_at = EXCLUDED.published_at;
  ELSE
    DELETE FROM public.market_index m WHERE m.tenant_id = NEW.tenant_id AND m.listing_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;

UPDATE market_index m SET document = market_document(l.title, l.tags, l.summary)
FROM listing l WHERE l.tenant_id = m.tenant_id AND l.id = m.listing_id;

REVOKE ALL ON FUNCTION market_fold(text), market_cut(text), market_vector(text), market_document(text, text[], text),
  market_term(text, boolean, boolean) FROM PUBLIC;
