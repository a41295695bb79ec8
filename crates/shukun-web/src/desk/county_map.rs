//! The county's own map, where it has put one: `map.geojson` in the data folder (RFC 7946), one shape for each town.
//!
//! No map comes with the platform. A shape is told by its code (`code`, `adcode`, 区划代码) or its name (`name`, 名称);
//! nothing else of the file goes to a browser. Start at [`CountyMap::find`].

use std::path::Path;

use serde_json::{Value, json};
use shukun_base::Text;

use super::Desk;
use crate::words;

/// Where it lies in the data folder.
pub const FILE: &str = "map.geojson";

/// More than a county's towns need, drawn coarsely enough for a screen.
const LARGEST: u64 = 2 << 20;

/// A place and its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Digits of the place's code; empty where the file names none.
    pub code: String,
    /// Its name in the file.
    pub name: String,
    /// A polygon, or several.
    geometry: Value,
}

/// The shapes of a county.
#[derive(Clone, Debug, PartialEq)]
pub struct CountyMap {
    /// In the order of the file.
    pub shapes: Vec<Shape>,
}

/// Why there is no map though there is a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapFault(pub Text);

impl CountyMap {
    /// The map of an office; `None` where it has none.
    ///
    /// # Errors
    /// A file that is too large or no map.
    pub async fn find(desk: &Desk) -> Result<Option<CountyMap>, MapFault> {
        let path = desk.folders().data().join(FILE);
        let Ok(about) = tokio::fs::metadata(&path).await else { return Ok(None) };
        if about.len() > LARGEST {
            return Err(MapFault(words::MAP_TOO_LARGE.both(&[])));
        }
        read(&path).await.map(Some)
    }

    /// As GeoJSON for a chart, each shape under the name that it is shown with.
    pub fn named(&self, names: &[String]) -> Value {
        let features = self.shapes.iter().zip(names).map(
            |(shape, name)| json!({ "type": "Feature", "properties": { "name": name }, "geometry": shape.geometry }),
        );
        json!({ "type": "FeatureCollection", "features": features.collect::<Vec<_>>() })
    }
}

async fn read(path: &Path) -> Result<CountyMap, MapFault> {
    let bytes = tokio::fs::read(path).await.map_err(|_| wrong(0))?;
    parse(&bytes)
}

/// Reads the shapes; the first that cannot be read is named by its number.
fn parse(bytes: &[u8]) -> Result<CountyMap, MapFault> {
    let file: Value = serde_json::from_slice(bytes).map_err(|_| wrong(0))?;
    let features =
        file.get("features").and_then(Value::as_array).filter(|all| !all.is_empty()).ok_or_else(|| wrong(0))?;
    let shapes = (1..).zip(features).map(|(number, feature)| shape(feature).ok_or_else(|| wrong(number)));
    Ok(CountyMap { shapes: shapes.collect::<Result<_, _>>()? })
}

fn shape(feature: &Value) -> Option<Shape> {
    let properties = feature.get("properties")?;
    let word = |names: &[&str]| {
        let found = names.iter().find_map(|name| properties.get(*name))?;
        found.as_str().map(str::to_owned).or_else(|| found.as_u64().map(|number| number.to_string()))
    };
    let code = word(&["code", "adcode", "区划代码"]).unwrap_or_default();
    let name = word(&["name", "名称"]).unwrap_or_default();
    let geometry = feature.get("geometry")?;
    // A polygon is rings of points, several polygons are one level deeper.
    let depth = match geometry.get("type")?.as_str()? {
        "Polygon" => 2,
        "MultiPolygon" => 3,
        _ => return None,
    };
    let coordinates = geometry.get("coordinates").filter(|all| is_points(all, depth))?;
    let is_told = !code.is_empty() || !name.is_empty();
    let geometry = json!({ "type": geometry.get("type"), "coordinates": coordinates });
    is_told.then_some(Shape { code, name, geometry })
}

/// Lists of lists, so many levels of them, and then points of two numbers.
fn is_points(value: &Value, depth: u8) -> bool {
    let Some(all) = value.as_array().filter(|all| !all.is_empty()) else { return false };
    match depth {
        0 => all.len() >= 2 && all.iter().all(Value::is_number),
        deeper => all.iter().all(|inner| is_points(inner, deeper.saturating_sub(1))),
    }
}

/// `number` = the shape; 0 = the file.
fn wrong(number: usize) -> MapFault {
    let word = if number == 0 { words::MAP_WRONG } else { words::MAP_SHAPE_WRONG };
    MapFault(word.both(&[("n", &number.to_string())]))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two towns as squares beside each other, the second told by its name.
    pub(crate) const SQUARES: &str = r#"{ "type": "FeatureCollection", "features": [
        { "type": "Feature", "properties": { "code": "330381001", "phone": "13800000000" },
          "geometry": { "type": "Polygon", "coordinates": [[[120, 27], [121, 27], [121, 28], [120, 28], [120, 27]]] } },
        { "type": "Feature", "properties": { "name": "西门街道" },
          "geometry": { "type": "MultiPolygon", "coordinates": [[[[121, 27], [122, 27], [122, 28], [121, 28], [121, 27]]]] } }] }"#;

    #[test]
    fn shapes_are_read_and_nothing_else_of_the_file() {
        let map = parse(SQUARES.as_bytes()).unwrap();
        assert_eq!(map.shapes.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["330381001", ""]);
        let shown = map.named(&["东门街道".to_owned(), "西门街道".to_owned()]).to_string();
        assert!(shown.contains("东门街道") && shown.contains("121") && !shown.contains("138000"), "{shown}");
    }

    #[test]
    fn what_is_no_map_is_told_with_its_place() {
        let point = SQUARES.replace("\"MultiPolygon\"", "\"Point\"");
        let nameless = SQUARES.replace("\"name\"", "\"other\"");
        let text = SQUARES.replace("[122, 28]", "[\"x\", 28]");
        for (file, said) in
            [("", "GeoJSON"), ("{}", "GeoJSON"), (&point, "第2个"), (&nameless, "第2个"), (&text, "第2个")]
        {
            let MapFault(text) = parse(file.as_bytes()).unwrap_err();
            assert!(text.zh.contains(said), "{said}: {text:?}");
        }
    }
}
