// The page's hands: reads the chosen file and the typed slip, and says what holds.
import { checkBundle, checkSlip, readCheckpoint, readSlip } from "./verify.js";

const find = (id) => document.getElementById(id);
const yuan = (fen) => {
  const text = String(fen).padStart(3, "0");
  return `${text.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${text.slice(-2)}`;
};
let bundle = null;

function say(id, holds, zh, en) {
  const place = find(id);
  place.className = holds ? "holds" : "fails";
  place.replaceChildren();
  for (const [lang, text] of [["zh-CN", `${holds ? "✓" : "✗"} ${zh}`], ["en", en]]) {
    const line = document.createElement("p");
    line.lang = lang;
    line.textContent = text;
    place.append(line);
  }
}

async function readFile() {
  const file = find("file").files[0];
  if (!file) return;
  bundle = null;
  let faults = ["kind"];
  try {
    const read = JSON.parse(await file.text());
    faults = checkBundle(read);
    // A slip is only held against what holds by itself.
    if (faults.length === 0) bundle = read;
  } catch { faults = ["kind"]; }
  if (faults.length > 0) {
    say("total", false, `公布的文件不相符（${faults.join("、")}）。请重新下载再查；仍不符的，请向监督机构反映。`,
      `What was published does not hold (${faults.join(", ")}). Download it again; if it still fails, tell the supervisors.`);
  } else {
    const { batch, count, total } = bundle.header;
    const hash = readCheckpoint(bundle.checkpoint).hash;
    say("total", true, `第 ${batch} 批共 ${count} 笔，合计 ${yuan(total)} 元：各笔承诺相加等于公布的总额。请把检查点 ${hash} 同公示栏上印的核对。`,
      `Batch ${batch}: ${count} payments, ${yuan(total)} yuan in all; the commitments add up. Compare checkpoint ${hash} with the one on the notice board.`);
  }
  readLine();
}

function readLine() {
  const line = find("line").value.trim();
  if (line === "") return;
  let slip = null;
  try { slip = readSlip(line); } catch { slip = null; }
  if (slip === null) {
    say("slip", false, "回执单读不懂或抄错了一个字，请对照再抄一次。", "The slip cannot be read, or a letter was copied wrongly: copy it again.");
  } else if (bundle === null) {
    say("slip", false, "请先选择这一批的公布文件。", "Choose the published file of this batch first.");
  } else {
    const faults = checkSlip(slip, bundle);
    say("slip", faults.length === 0, faults.length === 0
      ? `这笔 ${yuan(slip.amount)} 元在公布的总额之内。`
      : faults[0] === "other_batch" ? `回执单属于另一批（${slip.batch}），请选择那一批的公布文件。` : "这张回执单不在公布的这一批里，请向监督机构反映。",
    faults.length === 0
      ? `This payment of ${yuan(slip.amount)} yuan is in the published total.`
      : faults[0] === "other_batch" ? `The slip belongs to another batch (${slip.batch}): choose its file.` : "This slip is not in what was published: tell the supervisors.");
  }
}

find("file").addEventListener("change", readFile);
find("check").addEventListener("click", readLine);
