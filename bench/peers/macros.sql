-- The scales and caps of both packs. Amounts in fen; before they are rounded in hundredths of a fen.
CREATE MACRO between_lines(x, low, high) AS least(greatest(x, low), high) - low;
CREATE MACRO general(x) AS between_lines(x, 1500000, 10000000) * 60 + between_lines(x, 10000000, 30000000) * 65
    + greatest(x - 30000000, 0) * 70;
CREATE MACRO tilted(x) AS between_lines(x, 750000, 10000000) * 65 + greatest(x - 10000000, 0) * 75;
CREATE MACRO aid_1(x) AS least((x * 90 + 50) // 100, 10000000);
CREATE MACRO aid_2(x) AS least((greatest(x - 300000, 0) * 70 + 50) // 100, 3000000);
CREATE MACRO charity(x) AS least((between_lines(x, 2000000, 6000000) * 30 + greatest(x - 6000000, 0) * 50 + 50) // 100,
    5000000);
