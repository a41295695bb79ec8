//! What is published of one batch of payments: its header, all commitments shuffled, all leaves of its receipts, and the
//! way from the header to a signed checkpoint.
//!
//! The header is a text of lines and a leaf of the fund's log, a tree that is only appended to. Start at [`seal`] to
//! publish and at [`Bundle::faults`] to check.

use rand::CryptoRng;
use rand::seq::SliceRandom as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shukun_base::{ContentHash, Fen, Text, words};

use super::merkle::{self, Hash, leaf_hash};
use super::receipt::{Commitment, Opening, adds_up, totals};
use super::{Checkpoint, hex};
use crate::{BatchId, BookId};

/// How a bundle says what it is.
pub const KIND: &str = "shukun-fund-bundle/1";

/// The signed figures of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The batch.
    pub batch: BatchId,
    /// How many payments it holds.
    pub count: u64,
    /// What they add up to, in fen.
    pub total: Fen,
    /// The sum of their blindings.
    #[serde(with = "hex::array")]
    pub blinding: [u8; 32],
    /// The root over the leaves of their receipts.
    #[serde(with = "hex::array")]
    pub receipts: Hash,
    /// The SHA-256 of all commitments in their published order.
    #[serde(with = "hex::array")]
    pub commitments: Hash,
    /// The book they were paid from.
    pub book: BookId,
    /// How many transfers that book held at the cut.
    pub ledger_seq: u64,
    /// The head of that book's chain at the cut.
    pub ledger_head: ContentHash,
}

impl Header {
    /// The header as lines; these bytes are the leaf.
    pub fn lines(&self) -> String {
        let Header { batch, count, total, book, ledger_seq, .. } = self;
        format!(
            "shukun-fund-batch/1\nbatch {batch}\ncount {count}\ntotal {}\nblinding {}\nreceipts {}\ncommitments {}\nledger \
             {book} {ledger_seq} {}\n",
            total.0,
            hex::show(&self.blinding),
            hex::show(&self.receipts),
            hex::show(&self.commitments),
            self.ledger_head.as_str(),
        )
    }

    /// Its leaf in the fund's log.
    pub fn leaf(&self) -> Hash {
        leaf_hash(self.lines().as_bytes())
    }
}

/// A batch as it is made ready: the public part, and the openings that stay sealed, in the order of their leaves.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The signed figures.
    pub header: Header,
    /// All commitments, shuffled.
    pub commitments: Vec<Commitment>,
    /// All leaves, in the order of the payments.
    pub leaves: Vec<Hash>,
    /// What opens each, in the order of the payments.
    pub openings: Vec<Opening>,
}

/// The cut of the ledger at which a batch is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The book.
    pub book: BookId,
    /// How many transfers it holds.
    pub seq: u64,
    /// The head of its chain.
    pub head: ContentHash,
}

/// Seals payments of a batch: one amount for each, in their order.
///
/// Returns `None` for no payments, and where an amount is not above zero or their sum is beyond counting.
pub fn seal(batch: &BatchId, amounts: &[Fen], cut: &Cut, chance: &mut impl CryptoRng) -> Option<Sealed> {
    let openings: Vec<Opening> = amounts.iter().map(|amount| Opening::draw(*amount, chance)).collect();
    let mut sealed = reseal(batch, openings, cut)?;
    sealed.commitments.shuffle(chance);
    sealed.header.commitments = hash_of(&sealed.commitments);
    Some(sealed)
}

/// A batch of openings drawn before, its commitments in the order of the payments.
fn reseal(batch: &BatchId, openings: Vec<Opening>, cut: &Cut) -> Option<Sealed> {
    let commitments: Vec<Commitment> = openings.iter().map(Opening::commitment).collect::<Option<_>>()?;
    let each = openings.iter().zip(&commitments);
    let leaves: Vec<Hash> = each.map(|(opening, commitment)| opening.leaf_over(batch, commitment)).collect();
    let (total, blinding) = totals(&openings).filter(|_| !openings.is_empty())?;
    let header = Header {
        batch: batch.clone(),
        count: u64::try_from(openings.len()).ok()?,
        total,
        blinding,
        receipts: merkle::root(&leaves),
        commitments: hash_of(&commitments),
        book: cut.book.clone(),
        ledger_seq: cut.seq,
        ledger_head: cut.head.clone(),
    };
    Some(Sealed { header, commitments, leaves, openings })
}

fn hash_of(commitments: &[Commitment]) -> Hash {
    let hasher = commitments.iter().fold(Sha256::new(), |hasher, commitment| hasher.chain_update(commitment));
    hasher.finalize().into()
}

/// The file that is published beside a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// [`KIND`].
    pub kind: String,
    /// The signed figures.
    pub header: Header,
    /// All commitments, shuffled.
    #[serde(with = "hex::list")]
    pub commitments: Vec<Commitment>,
    /// All leaves of receipts, in order; they say nothing without a slip.
    #[serde(with = "hex::list")]
    pub leaves: Vec<Hash>,
    /// The header's place in the fund's log, from 0.
    pub log_index: u64,
    /// The way from the header's leaf to the checkpoint's root.
    #[serde(with = "hex::list")]
    pub log_path: Vec<Hash>,
    /// The checkpoint with its signatures, as text.
    pub checkpoint: String,
}

words! {
    /// Why a published thing does not hold.
    pub enum Fault {
        Kind "kind" "不是本程序公布的文件，或版本不认识" "not a file that this program published, or of an unknown version",
        Count "count" "承诺或回执的个数与公布的户数不符" "the number of commitments or receipts is not the number published",
        Commitments "commitments" "承诺清单被改动" "the list of commitments was changed",
        Total "total" "各笔承诺相加不等于公布的总额" "the commitments do not add up to the published total",
        Receipts "receipts" "回执被改动" "the receipts were changed",
        Checkpoint "checkpoint" "检查点的文字读不懂" "the checkpoint cannot be read",
        Log "log" "这一批不在检查点之下" "the batch is not under the checkpoint",
        Signatures "signatures" "有效签名不足两家机构" "fewer valid signatures than two bodies besides the fund's own",
        Slip "slip" "回执单的文字读不懂或抄错了" "the slip cannot be read or was copied wrongly",
        OtherBatch "other_batch" "回执单属于另一批" "the slip belongs to another batch",
        NotIncluded "not_included" "回执单不在公布的这一批里" "the slip is not in what was published",
        History "history" "新的检查点没有接着旧的" "the newer checkpoint does not continue the older one",
    }
}

impl Fault {
    /// What happened and what to do.
    pub fn refusal(self) -> Text {
        let found = self.text();
        Text::new(
            format!("{}：请重新下载公布的文件再查一次；仍不符的，请向监督机构反映。", found.zh),
            format!(
                "It does not hold: {}. Download what was published again; if it still fails, tell the supervisors.",
                found.en
            ),
        )
    }
}

impl Bundle {
    /// Puts what was sealed under a checkpoint; `log` are the leaves of the fund's log up to the checkpoint's size.
    /// None where the batch is not in that log.
    pub fn under(sealed: &Sealed, log: &[Hash], checkpoint: String) -> Option<Bundle> {
        let leaf = sealed.header.leaf();
        let place = log.iter().position(|other| *other == leaf)?;
        Some(Bundle {
            kind: KIND.to_owned(),
            header: sealed.header.clone(),
            commitments: sealed.commitments.clone(),
            leaves: sealed.leaves.clone(),
            log_index: u64::try_from(place).ok()?,
            log_path: merkle::inclusion_path(log, place)?,
            checkpoint,
        })
    }

    /// Everything that does not hold in it, signatures aside: these need the keys of the bodies.
    pub fn faults(&self) -> Vec<Fault> {
        let header = &self.header;
        let counts = [self.commitments.len(), self.leaves.len()];
        let mut faults = Vec::new();
        let mut hold = |holds: bool, fault: Fault| {
            if !holds {
                faults.push(fault);
            }
        };
        hold(self.kind == KIND, Fault::Kind);
        hold(counts.iter().all(|count| u64::try_from(*count) == Ok(header.count)), Fault::Count);
        hold(hash_of(&self.commitments) == header.commitments, Fault::Commitments);
        hold(adds_up(&self.commitments, header.total, &header.blinding), Fault::Total);
        hold(merkle::root(&self.leaves) == header.receipts, Fault::Receipts);
        match Checkpoint::parse(&self.checkpoint) {
            None => hold(false, Fault::Checkpoint),
            Some(signed) => {
                let Checkpoint { size, root, .. } = signed.checkpoint;
                hold(merkle::includes(header.leaf(), self.log_index, size, &self.log_path, &root), Fault::Log);
            }
        }
        faults
    }
}
