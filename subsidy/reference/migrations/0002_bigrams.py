"""The functions under the search for parts of words (subsidy/reference/search.py)."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION reference_bigrams(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT DISTINCT substr($1, i, 2) FROM generate_series(1, length($1) - 1) AS i)
$$;
CREATE FUNCTION reference_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(translate(lower(normalize($1, NFKC)), '〔〕【】〖〗[]{}〈〉《》', '()()()()()<><>'), '\s+', '', 'g')
$$;
"""
BACKWARD = "DROP FUNCTION reference_fold(text); DROP FUNCTION reference_bigrams(text);"


class Migration(migrations.Migration):
    dependencies = [("reference", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
