//! Reading a table of places: what a county's office has in a spreadsheet, pasted or as a CSV file.

use std::collections::BTreeMap;

use shukun_base::{RegionCode, Text};
use shukun_store::Region;

use crate::words;

/// Columns that hold a code and its name.
type Pairs = &'static [(usize, usize)];

/// The headings that are understood, and where codes and names stand under them.
const HEADINGS: [(&[&str], Pairs); 4] = [
    (&["county", "town_code", "town", "village_code", "village"], &[(1, 2), (3, 4)]),
    (&["county", "town_code", "town"], &[(1, 2)]),
    (&["code", "name"], &[(0, 1)]),
    (&["区划代码", "名称"], &[(0, 1)]),
];

/// Reads a table of places, separated by commas or tabs; a place that stands in several lines is one. What cannot be
/// read is handed back beside it, line by line.
pub fn read_regions(text: &str) -> (Vec<Region>, Vec<Text>) {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some(pairs) = lines.next().and_then(|(_, line)| columns(line)) else {
        return (Vec::new(), vec![words::REGIONS_HEAD_WRONG.both(&[])]);
    };
    let (mut regions, mut faults) = (BTreeMap::new(), Vec::new());
    for (index, line) in lines {
        let cells = cells(line);
        for (code, name) in pairs {
            match read_place(&cells, *code, *name, index + 1) {
                Ok(Some(region)) => {
                    regions.insert(region.code.clone(), region);
                }
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
    }
    (regions.into_values().collect(), faults)
}

fn columns(heading: &str) -> Option<Pairs> {
    let cells = cells(heading);
    HEADINGS.iter().find(|(names, _)| cells == *names).map(|(_, pairs)| *pairs)
}

/// A code and a name, or neither: a line of a town alone leaves the village empty.
fn read_place(cells: &[String], code: usize, name: usize, line: usize) -> Result<Option<Region>, Text> {
    let cell = |at: usize| cells.get(at).map_or("", String::as_str);
    let line = line.to_string();
    match (cell(code), cell(name)) {
        ("", "") => Ok(None),
        (_, "") => Err(words::REGIONS_NAME_WRONG.both(&[("line", &line)])),
        (code, name) => match RegionCode::new(code) {
            Some(code) => Ok(Some(Region { code, name: name.to_owned() })),
            None => Err(words::REGIONS_LINE_WRONG.both(&[("line", &line)])),
        },
    }
}

/// Names of places hold neither commas nor quotes inside; a spreadsheet may still put quotes around a cell.
fn cells(line: &str) -> Vec<String> {
    let separator = if line.contains('\t') { '\t' } else { ',' };
    line.split(separator).map(|cell| cell.trim().trim_matches('"').trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, String)> {
        let (regions, faults) = read_regions(text);
        assert!(faults.is_empty(), "{faults:?}");
        regions.into_iter().map(|region| (region.code.to_string(), region.name)).collect()
    }

    #[test]
    fn both_headings_are_read_and_places_told_once() {
        let pair = |code: &str, name: &str| (code.to_owned(), name.to_owned());
        let wide = "\u{feff}county,town_code,town,village_code,village\r\n\
                    330381,330381001,东门街道,330381001201,河头村\r\n\
                    330381,330381001,东门街道,330381001202,\"桥下村\"\r\n\
                    330381,330381002,西门镇,,\r\n";
        let expected = [
            pair("330381001", "东门街道"),
            pair("330381001201", "河头村"),
            pair("330381001202", "桥下村"),
            pair("330381002", "西门镇"),
        ];
        assert_eq!(told(wide), expected);
        assert_eq!(told("区划代码\t名称\n330381\t测试市\n"), [pair("330381", "测试市")]);
    }

    #[test]
    fn each_wrong_line_is_told() {
        let (regions, faults) = read_regions("code,name\n330381,测试市\n33038,某地\n330381001,\n");
        assert_eq!(regions.len(), 1);
        let faults: Vec<_> = faults.iter().map(|fault| fault.zh.clone()).collect();
        assert!(faults[0].starts_with("第3行") && faults[1].starts_with("第4行"), "{faults:?}");
        assert!(read_regions("名字\n某地\n").1[0].zh.contains("表头"));
    }
}
