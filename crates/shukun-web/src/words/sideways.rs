//! Words of what leads aside from the road: wrong data, splitting, photos of a visit, other readings, packs that do not run,
//! a county's own map.

super::words! {
    in ASIDE;
    ACT_DATA_ERROR: "因数据有误排除", "Dismiss: the data are wrong";
    DATA_ERROR_HINT: "案件以“数据有误”销号，计入这条规则的准确率。更正后的数据导入、再次筛查，仍达线的会重新立案。", "The case ends as an error in the data and counts in the rule's precision. Once the data are mended and imported, a screening opens another case if it is still above a line.";
    DATA_ERROR_RULE: "被错误数据触发的规则", "Rule that the wrong data set off";
    DATA_ERROR_RECORD: "哪一条记录有误，错在哪里", "Which record is wrong, and in what";
    DATA_ERROR_RECORD_HINT: "写数据来源和位置，如：2026年2月结算表第31行，费用总额多一位；不写姓名和证件号码。", "Say the source and the place, as: settlements of February 2026, row 31, the total has a digit too many. No names, no ID numbers.";
    DATA_ERROR_TOLD: "已告知谁更正", "Who was told to mend it";
    ACT_SPLIT: "拆分案件", "Split the case";
    SPLIT_HINT: "勾选的预警另立一案，归到另一户；没有勾选的留在本案。已有核准或拨付款项的案件不能拆分。", "The alerts that you tick go into a case of their own, of another household; the others stay here. A case with money approved or paid is not split.";
    SPLIT_ALERTS: "另立一案的预警", "Alerts for the new case";
    SPLIT_ALERTS_HINT: "至少一条，本案至少留一条。", "At least one, and at least one stays here.";
    SPLIT_NUMBER: "另一户中任一人的证件号码", "ID number of anybody in the other household";
    SPLIT_NUMBER_HINT: "这些人在数据里已属于另一户的，不用填；查找会记入审计，号码不会显示在网址里。", "Not needed where the data have these people in another household already. The search is written down; the number stands in no address.";
    SPLIT_MOVED: "数据里已属另一户", "in another household by now";
    SPLIT_CHOOSE: "勾选至少一条预警，并至少留一条在本案。", "Tick at least one alert and leave at least one here.";
    SPLIT_WHOSE: "这些人在数据里仍与本案同一户：填写另一户中任一人的证件号码，或先更正花名册、导入后再拆分。", "By the data these people are still of this household: give the ID number of somebody in the other one, or mend the roster and import it first.";
    SPLIT_NOBODY: "在您的辖区内没有找到这个人，或此人就是本案这一户：核对号码。", "Nobody with this number is in your area, or it is somebody of this very household: check the number.";
    SPLIT_SEVERAL: "勾选的人现在分属几户：一次只拆给一户。", "The people you ticked are of several households by now: split for one household at a time.";
    VISIT_PHOTOS: "现场照片", "Photos";
    VISIT_PHOTOS_HINT: "选填，可拍多张，合计不超过20 MB。拍摄地点、时间和机型会去掉；加密存入本案材料。", "If needed; several, 20 MB together at most. Where, when and with what they were taken is left out; they are sealed among the papers of the case.";
    VISIT_PHOTO_FORM: "照片须是 JPEG 或 PNG；PDF 请在案件的“材料”里添加。", "A photo is a JPEG or PNG; add a PDF under the papers of the case.";
    VISIT_PHOTOS_KEPT: "已上传的照片", "Photos that are there already";
    VISIT_PHOTOS_COUNT: "{n}张，见“材料”", "{n}, among the papers";
    SHEET_READINGS: "条文的读法", "Readings of unclear articles";
    SHEET_READINGS_HINT: "文件没有写清的地方按所选读法测算；括出的是换一种读法本户自付的变化。换了以后再点“测算”；选定的读法写入核定单。", "Where the document is unclear, the chosen reading is followed; beside each other one stands what it would change for this family. After a change compute again; what is chosen is written into the sheet.";
    SHEET_READING_IN_USE: "现用", "in use";
    SHEET_READING_SAME: "本户不变", "the same for this family";
    SHEET_READING_MORE: "本户多付{amount}", "the family pays {amount} more";
    SHEET_READING_LESS: "本户少付{amount}", "the family pays {amount} less";
    SHEET_READINGS_USED: "读法", "Readings";
    MAP: "各镇街在办案件", "Open cases by town";
    MAP_NOTE: "底图是本县自己放在数据文件夹里的 map.geojson。点一个镇街打开名单；下面是同样的数字。", "The map is the county's own map.geojson in the data folder. A town opens its list; the same numbers stand below.";
    MAP_MORE: "多", "More";
    MAP_FEWER: "少", "Fewer";
    MAP_TOO_LARGE: "数据文件夹里的 map.geojson 超过2 MB，没有画出：请把边界简化后再放。", "map.geojson in the data folder is larger than 2 MB and was not drawn: simplify the borders first.";
    MAP_WRONG: "数据文件夹里的 map.geojson 读不懂，没有画出：它应是 GeoJSON 的 FeatureCollection，每个镇街一个面。", "map.geojson in the data folder cannot be read and was not drawn: it is to be a GeoJSON FeatureCollection with one shape for each town.";
    MAP_SHAPE_WRONG: "数据文件夹里的 map.geojson 第{n}个面读不懂，没有画出：每个面须有 code（区划代码）或 name（名称），图形是 Polygon 或 MultiPolygon。", "Shape {n} of map.geojson in the data folder cannot be read, so that nothing was drawn: each has a code or a name, and is a Polygon or MultiPolygon.";
    POLICY_LINE: "第{line}行", "line {line}";
    POLICY_SLOT: "未载明", "Not stated";
    POLICY_SLOT_MEND: "文件没有写明这个数：用到它的规则不给结果，列为“资料不足”。有了正式的数再写入。", "The document does not state this value: rules that need it give nothing and say so. Write it in once there is an official figure.";
    POLICY_SLOTS: "空缺", "Empty slots";
    POLICY_SLOTS_OF: "{n}处未载明", "{n} values not stated";
    POLICY_ERRORS: "{n}处错误", "{n} errors";
    POLICY_FILES: "其他文件里的错误和提示", "Found in other files";
    POLICY_BROKEN: "这份制度包有{n}处错误，不能运行，也不能用来筛查和核定。按下面各处写明的改好后再看。", "This pack has {n} errors: it does not run, and nothing is screened or determined with it. Mend what is named below.";
    POLICY_BROKEN_BESIDE: "同时载入的另一份制度包有错误，这里的规则暂不能运行：先改好那一份。", "Another pack that is loaded beside it has errors, so that nothing runs: mend that one first.";
}
