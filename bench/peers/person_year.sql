-- packs/person-year in SQL. Money in fen; rates in percent, rounded to the fen, halves up.
WITH bill AS (
    SELECT *,
        coalesce(settled_category IN ('destitute', 'dibao', 'dibao_marginal'), false) AS is_tilted,
        -- 第二条: without a level nobody can say at which rate
        least((in_scope_fen * CASE hospital_level WHEN 1 THEN 85 WHEN 2 THEN 75 WHEN 3 THEN 65 ELSE 0 END + 50) // 100,
              25000000) AS basic_fen
    FROM claims
),
-- 第三条
critical AS (
    SELECT *,
        (CASE WHEN is_tilted THEN tilted(in_scope_fen - basic_fen) ELSE general(in_scope_fen - basic_fen) END + 50) // 100
            AS critical_fen
    FROM bill
),
-- 第四条
assistance AS (
    SELECT *,
        CASE settled_category
            WHEN 'destitute' THEN least(in_scope_fen - basic_fen - critical_fen, 20000000)
            WHEN 'dibao' THEN least(((in_scope_fen - basic_fen - critical_fen) * 80 + 50) // 100, 5000000)
            WHEN 'dibao_marginal' THEN least(((in_scope_fen - basic_fen - critical_fen) * 70 + 50) // 100, 3000000)
            ELSE 0 END AS assistance_fen
    FROM critical
),
-- 第五条
remaining AS (
    SELECT *, total_fen - basic_fen - critical_fen - assistance_fen AS rest_fen FROM assistance
),
split AS (
    SELECT *, date_part('year', coalesce(discharged_on, settled_on)) AS in_year, charity(rest_fen) AS charity_fen FROM remaining
)
