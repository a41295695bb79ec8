// Checks a published batch and a family's slip in the browser, with the network off.
//
// Curve arithmetic is @noble/curves'; this file only reads what was published and compares. It is the counterpart of
// crates/shukun-fund/src/publishing/proof. Start at checkBundle and checkSlip.
import { ristretto255 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

const Point = ristretto255.Point;
// The second generator, hashed from a sentence; a test of the program holds these digits.
export const H = "868baf24a1ab3068d5e286dca6e9c0dcb3b333868330bab9a67b475033afc930";
const ORDER = Point.Fn.ORDER;

const leafHash = (content) => sha256(concatBytes(Uint8Array.of(0), content));
const nodeHash = (left, right) => sha256(concatBytes(Uint8Array.of(1), left, right));
const same = (one, two) => bytesToHex(one) === bytesToHex(two);

function scalar(bytes) {
  let value = 0n;
  for (let place = 31; place >= 0; place -= 1) value = value * 256n + BigInt(bytes[place]);
  if (value >= ORDER) throw new Error("scalar");
  return value;
}

function commit(amount, blinding) {
  if (amount <= 0n || amount >= 1n << 63n) throw new Error("amount");
  const hidden = scalar(blinding);
  const blinded = hidden === 0n ? Point.ZERO : Point.fromHex(H).multiply(hidden);
  return Point.BASE.multiply(amount).add(blinded);
}

export function root(leaves) {
  if (leaves.length === 0) return sha256(new Uint8Array());
  let level = leaves;
  while (level.length > 1) {
    const next = [];
    for (let at = 0; at < level.length; at += 2) {
      next.push(at + 1 < level.length ? nodeHash(level[at], level[at + 1]) : level[at]);
    }
    level = next;
  }
  return level[0];
}

export function includes(leaf, index, size, path, expected) {
  if (index >= size) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const step of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(step, hash);
      while (node !== 0 && node % 2 === 0) [node, last] = [node / 2, last / 2].map(Math.floor);
    } else {
      hash = nodeHash(hash, step);
    }
    [node, last] = [node / 2, last / 2].map(Math.floor);
  }
  return last === 0 && same(hash, expected);
}

export function headerLines(header) {
  return `shukun-fund-batch/1\nbatch ${header.batch}\ncount ${header.count}\ntotal ${header.total}\nblinding ${header.blinding}\n` +
    `receipts ${header.receipts}\ncommitments ${header.commitments}\nledger ${header.book} ${header.ledger_seq} ${header.ledger_head}\n`;
}

export function readCheckpoint(text) {
  const [body] = text.split("\n\n");
  const [origin, size, encoded] = body.split("\n");
  const rootBytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  if (!/^[0-9]+$/.test(size) || rootBytes.length !== 32) throw new Error("checkpoint");
  return { origin, size: Number(size), root: rootBytes, hash: bytesToHex(sha256(utf8ToBytes(`${body}\n`))) };
}

/** Everything that does not hold in a published batch, as the words' keys of the program. */
export function checkBundle(bundle) {
  const faults = [];
  const hold = (fault, check) => {
    let holds = false;
    try { holds = check(); } catch { holds = false; }
    if (!holds) faults.push(fault);
  };
  const header = bundle.header;
  const list = (digits) => digits.map((one) => hexToBytes(one));
  hold("kind", () => bundle.kind === "shukun-fund-bundle/1");
  hold("count", () => [bundle.commitments, bundle.leaves].every((all) => all.length === header.count));
  hold("commitments", () => same(sha256(concatBytes(...list(bundle.commitments))), hexToBytes(header.commitments)));
  hold("total", () => {
    if (!Number.isSafeInteger(header.total)) return false;
    const sum = bundle.commitments.reduce((all, one) => all.add(Point.fromHex(one)), Point.ZERO);
    return sum.equals(commit(BigInt(header.total), hexToBytes(header.blinding)));
  });
  hold("receipts", () => same(root(list(bundle.leaves)), hexToBytes(header.receipts)));
  hold("log", () => {
    const checkpoint = readCheckpoint(bundle.checkpoint);
    const leaf = leafHash(utf8ToBytes(headerLines(header)));
    return includes(leaf, bundle.log_index, checkpoint.size, list(bundle.log_path), checkpoint.root);
  });
  return faults;
}

/** Reads the line of a slip; throws for what is none or was copied wrongly. */
export function readSlip(line) {
  const parts = line.replace(/\s+/g, "").split("/");
  const [kind, batch, index, opening] = parts;
  if (kind !== "SK1" || parts.length < 5 || parts.length > 6) throw new Error("slip");
  const path = parts.length === 6 ? parts[4] : null;
  const body = [kind, batch, String(Number(index)), opening.toUpperCase(), ...(path === null ? [] : [path.toUpperCase()])].join("/");
  const check = bytesToHex(sha256(utf8ToBytes(body))).slice(0, 4);
  if (check !== parts[parts.length - 1].toLowerCase()) throw new Error("slip");
  const bytes = hexToBytes(opening.toLowerCase());
  if (bytes.length !== 56) throw new Error("slip");
  const amount = bytes.slice(16, 24).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  return { batch, index: Number(index), salt: bytes.slice(0, 16), amount, blinding: bytes.slice(24) };
}

/** Everything that does not hold between a slip and a published batch. */
export function checkSlip(slip, bundle) {
  if (slip.batch !== bundle.header.batch) return ["other_batch"];
  try {
    const sealed = commit(slip.amount, slip.blinding).toBytes();
    const id = utf8ToBytes(slip.batch);
    const leaf = leafHash(concatBytes(Uint8Array.of(id.length), id, slip.salt, sealed));
    const found = bundle.leaves[slip.index] === bytesToHex(leaf) && bundle.commitments.includes(bytesToHex(sealed));
    return found ? [] : ["not_included"];
  } catch {
    return ["slip"];
  }
}
