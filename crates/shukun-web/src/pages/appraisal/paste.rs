//! Reading a pasted table of measures, and writing tables that a spreadsheet opens without running anything.

use shukun_base::Text;
use shukun_store::NewMeasure;

use crate::words;

/// Measures, and what is wrong line by line.
pub fn read_measures(table: &str) -> (Vec<NewMeasure>, Vec<Text>) {
    let (mut measures, mut wrong) = (Vec::new(), Vec::new());
    for (number, line) in table.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let cells = cells(line);
        // The heading of the template.
        if cells.first().is_some_and(|first| first == words::MEASURE.zh || first == words::MEASURE.en) {
            continue;
        }
        match measure(&cells) {
            Some(measure) => measures.push(measure),
            None => wrong.push(words::MEASURES_LINE_WRONG.both(&[("line", &(number + 1).to_string())])),
        }
    }
    (measures, wrong)
}

fn measure(cells: &[String]) -> Option<NewMeasure> {
    let [words, lead_unit, responsible_units, due, source] = cells else { return None };
    let due_on = if due.is_empty() { None } else { Some(due.parse().ok()?) };
    let is_whole = ![words, lead_unit, source].into_iter().any(String::is_empty);
    is_whole.then(|| NewMeasure {
        words: words.clone(),
        lead_unit: lead_unit.clone(),
        responsible_units: responsible_units.clone(),
        source: source.clone(),
        due_on,
    })
}

/// A line into cells: by tabs where there are any, else by commas; quotes hold commas together.
fn cells(line: &str) -> Vec<String> {
    let separator = if line.contains('\t') { '\t' } else { ',' };
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            letter if letter == separator && !is_quoted => cells.push(std::mem::take(&mut cell)),
            letter => cell.push(letter),
        }
    }
    cells.push(cell);
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

/// A line of a CSV file; a cell that a spreadsheet would run begins with a quote mark.
pub fn csv_line(cells: &[String]) -> String {
    let safe = |cell: &String| {
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let text = if is_formula { format!("'{cell}") } else { cell.clone() };
        format!("\"{}\"", text.replace('"', "\"\""))
    };
    cells.iter().map(safe).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_faults_named() {
        let table = "措施,牵头单位,责任单位,期限,出处\n先诊疗后付费,甲局,\"乙局,丙局\",2026-12-31,文件 三（一）\n\n体检\t甲局\t\t\t文件 三（二）\n缺,一格\n日期不对,甲局,,下周,文件";
        let (measures, wrong) = read_measures(table);
        assert_eq!(measures.len(), 2);
        assert_eq!(measures[0].responsible_units, "乙局,丙局");
        assert_eq!((measures[1].due_on, measures[1].source.as_str()), (None, "文件 三（二）"));
        assert!(wrong.len() == 2 && wrong[0].zh.contains("第5行") && wrong[1].en.contains("Line 6"), "{wrong:?}");
    }

    #[test]
    fn a_cell_runs_nothing() {
        let line = csv_line(&["=1+1".to_owned(), "说\"好\"".to_owned(), "3".to_owned()]);
        assert_eq!(line, "\"'=1+1\",\"说\"\"好\"\"\",\"3\"\r\n");
    }
}
