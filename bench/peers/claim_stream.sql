-- packs/claim-stream in SQL. Money in fen; exact amounts in hundredths of a fen, rounded once, halves up.
-- A rule pays what its rounded total of the year is above the total before the claim; under a cap the total is the
-- smaller of both. Each step is a window over the claims of a person's year, in the order of the packs.
WITH bill AS (
    SELECT
        claim_id, person_id, total_fen, in_scope_fen, settled_on,
        coalesce(discharged_on, settled_on) AS day,
        date_part('year', coalesce(discharged_on, settled_on)) AS in_year,
        kind = 'inpatient' AS is_stay,
        coalesce(settled_category IN ('destitute', 'dibao', 'dibao_marginal'), false) AS is_tilted,
        CASE WHEN settled_category IN ('destitute', 'dibao') THEN 1
             WHEN settled_category = 'dibao_marginal' THEN 2 ELSE 0 END AS aid,
        -- 第二条: without a level nobody can say at which rate, so the deductible stays as it is
        CASE WHEN hospital_level IS NULL THEN 0 ELSE in_scope_fen END AS insured_fen,
        CASE WHEN kind = 'inpatient' THEN 80000 ELSE 30000 END AS line_fen,
        CASE WHEN kind = 'inpatient' THEN 25000000 ELSE 400000 END AS cap_fen,
        CASE hospital_level
            WHEN 1 THEN CASE WHEN kind = 'inpatient' THEN 85 ELSE 60 END
            WHEN 2 THEN CASE WHEN kind = 'inpatient' THEN 75 ELSE 50 END
            WHEN 3 THEN CASE WHEN kind = 'inpatient' THEN 65 ELSE 40 END
            ELSE 0 END AS rate
    FROM claims
),
-- 第二条: the deductible, used up over the year
counted AS (
    SELECT *, CAST(sum(insured_fen) OVER of_kind AS BIGINT) AS insured_so_far
    FROM bill
    WINDOW of_kind AS (PARTITION BY person_id, in_year, is_stay ORDER BY day, settled_on, claim_id ROWS UNBOUNDED PRECEDING)
),
above_line AS (
    SELECT *, rate * (greatest(insured_so_far - line_fen, 0) - greatest(insured_so_far - insured_fen - line_fen, 0)) AS exact
    FROM counted
),
accumulated AS (
    SELECT *, CAST(sum(exact) OVER of_kind AS BIGINT) AS exact_so_far
    FROM above_line
    WINDOW of_kind AS (PARTITION BY person_id, in_year, is_stay ORDER BY day, settled_on, claim_id ROWS UNBOUNDED PRECEDING)
),
basic AS (
    SELECT *, least((exact_so_far + 50) // 100, cap_fen) - least((exact_so_far - exact + 50) // 100, cap_fen) AS basic_fen
    FROM accumulated
),
-- 第三条: brackets on the year's sum of what basic insurance left
burdened AS (
    SELECT *, in_scope_fen - basic_fen AS burden_fen,
        CAST(sum(in_scope_fen - basic_fen) OVER of_scale AS BIGINT) AS burden_so_far
    FROM basic
    WINDOW of_scale AS (PARTITION BY person_id, in_year, is_tilted ORDER BY day, settled_on, claim_id ROWS UNBOUNDED PRECEDING)
),
critical AS (
    SELECT *,
        CASE WHEN is_tilted
             THEN (tilted(burden_so_far) + 50) // 100 - (tilted(burden_so_far - burden_fen) + 50) // 100
             ELSE (general(burden_so_far) + 50) // 100 - (general(burden_so_far - burden_fen) + 50) // 100
        END AS critical_fen
    FROM burdened
),
-- 第四条: medical assistance on what is left of the scope
assisted AS (
    SELECT *, burden_fen - critical_fen AS left_fen, CAST(sum(burden_fen - critical_fen) OVER of_aid AS BIGINT) AS left_so_far
    FROM critical
    WINDOW of_aid AS (PARTITION BY person_id, in_year, aid ORDER BY day, settled_on, claim_id ROWS UNBOUNDED PRECEDING)
),
assistance AS (
    SELECT *,
        CASE aid WHEN 1 THEN aid_1(left_so_far) - aid_1(left_so_far - left_fen)
                 WHEN 2 THEN aid_2(left_so_far) - aid_2(left_so_far - left_fen)
                 ELSE 0 END AS assistance_fen
    FROM assisted
),
-- 第五条: charity on what is left of the whole bill
remaining AS (
    SELECT *, total_fen - basic_fen - critical_fen - assistance_fen AS rest_fen,
        CAST(sum(total_fen - basic_fen - critical_fen - assistance_fen) OVER of_year AS BIGINT) AS rest_so_far
    FROM assistance
    WINDOW of_year AS (PARTITION BY person_id, in_year ORDER BY day, settled_on, claim_id ROWS UNBOUNDED PRECEDING)
),
split AS (
    SELECT claim_id, person_id, total_fen, basic_fen, critical_fen, assistance_fen,
        charity(rest_so_far) - charity(rest_so_far - rest_fen) AS charity_fen, rest_fen
    FROM remaining
)
