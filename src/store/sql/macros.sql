-- What the views and all questions need, made first.

-- A private address is one machine per sensor; `place` keeps such hosts apart.
CREATE MACRO is_private(address) AS
    regexp_matches(address, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)');

CREATE MACRO grade_rank(grade) AS
    CASE grade WHEN 'confirmed' THEN 3 WHEN 'probable' THEN 2 WHEN 'suspected' THEN 1 ELSE 0 END;
CREATE MACRO grade_name(rank) AS
    CASE rank WHEN 3 THEN 'confirmed' WHEN 2 THEN 'probable' WHEN 1 THEN 'suspected' END;

-- The judge's "answered": the host opened a conversation that was answered, or served one to who
-- uses its website, or (no controller's address) the question for a name was the conversation.
CREATE MACRO talked(kind, answered, opened_by, controller) AS
    controller IS NULL OR (coalesce(answered, false) AND
                           (kind = 'implant' OR coalesce(opened_by, 'host') <> 'outside'));
