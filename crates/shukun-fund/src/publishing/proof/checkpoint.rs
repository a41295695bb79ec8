//! Checkpoints: a signed note of how far the fund's log has come, in the text form of C2SP (tlog-checkpoint, signed-note).
//!
//! Knows no files: who holds a key hands it in. Start at [`Checkpoint::lines`] to write, [`Checkpoint::parse`] to read,
//! [`Signed::signers`] to check.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use shukun_base::{ContentHash, Text, words};

use super::hex;
use super::merkle::{Hash, is_consistent};

/// How far the log has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is: `fund.ruian.example/charity`.
    pub origin: String,
    /// How many batches it holds.
    pub size: u64,
    /// The root over their headers.
    pub root: Hash,
    /// The head of the fund's ledger at the cut.
    pub ledger_head: ContentHash,
    /// The SHA-256 of the checkpoint before it, as its lines; none for the first.
    pub previous: Option<Hash>,
}

words! {
    /// The bodies that sign beside the fund.
    pub enum Body {
        Insurance "insurance" "医疗保障局" "the insurance bureau",
        Charity "charity" "慈善总会" "the charity federation",
        RedCross "red_cross" "红十字会" "the Red Cross",
        Village "village" "村务监督委员会" "the village's supervisory committee",
        Fund "fund" "基金本身" "the fund itself",
    }
}

/// How many bodies besides the fund must have signed.
pub const BODIES_NEEDED: usize = 2;

/// A checkpoint and the signatures under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// Key names with the four bytes of their key and the signature.
    pub signatures: Vec<(String, [u8; 4], [u8; 64])>,
}

impl Checkpoint {
    /// The lines that are signed: origin, size, root, head of the ledger, the one before.
    pub fn lines(&self) -> String {
        let previous = self.previous.map_or_else(|| "none".to_owned(), |hash| hex::show(&hash));
        let Checkpoint { origin, size, ledger_head, .. } = self;
        format!(
            "{origin}\n{size}\n{}\nledger {}\nprevious {previous}\n",
            BASE64.encode(self.root),
            ledger_head.as_str()
        )
    }

    /// What the next checkpoint names, and what is printed on the board: the SHA-256 of the lines.
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.lines().as_bytes()).into()
    }

    /// Reads a checkpoint with its signatures; none for anything that is not one to the letter.
    pub fn parse(text: &str) -> Option<Signed> {
        let (body, notes) = text.split_once("\n\n")?;
        let mut lines = body.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let head = lines.next()?.strip_prefix("ledger ")?;
        let previous = lines.next()?.strip_prefix("previous ")?;
        let checkpoint = Checkpoint {
            origin: origin.to_owned(),
            size: size.parse().ok()?,
            root: BASE64.decode(root).ok()?.try_into().ok()?,
            ledger_head: ContentHash::new(head)?,
            previous: if previous == "none" { None } else { Some(hex::read_array(previous)?) },
        };
        let is_exact = checkpoint.lines() == format!("{body}\n");
        let signatures = notes.lines().map(signature).collect::<Option<Vec<_>>>()?;
        is_exact.then_some(Signed { checkpoint, signatures })
    }

    /// Whether `older` is how this log once was, by the hashes of a consistency proof.
    pub fn continues(&self, older: &Checkpoint, path: &[Hash]) -> bool {
        self.origin == older.origin && is_consistent(older.size, self.size, &older.root, &self.root, path)
    }
}

fn signature(line: &str) -> Option<(String, [u8; 4], [u8; 64])> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = BASE64.decode(encoded).ok()?;
    let (key, signature) = bytes.split_first_chunk::<4>()?;
    Some((name.to_owned(), *key, signature.try_into().ok()?))
}

/// The key of a body that checks its signatures: `name+8 hexadecimal digits+base64`, as C2SP writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckKey {
    /// Its name; begins with the body's key word: `charity/2026`.
    pub name: String,
    key: VerifyingKey,
}

impl CheckKey {
    /// Reads the line; none where its parts do not fit each other.
    pub fn parse(line: &str) -> Option<CheckKey> {
        let mut parts = line.trim().splitn(3, '+');
        let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = BASE64.decode(key).ok()?;
        let key = VerifyingKey::from_bytes(bytes.strip_prefix(&[1])?.try_into().ok()?).ok()?;
        let made = CheckKey { name: name.to_owned(), key };
        (made.body().is_some() && hex::show(&made.id()) == id).then_some(made)
    }

    /// The line.
    pub fn line(&self) -> String {
        let bytes = [[1].as_slice(), self.key.as_bytes()].concat();
        format!("{}+{}+{}", self.name, hex::show(&self.id()), BASE64.encode(bytes))
    }

    /// Whose key it is, by the first part of its name.
    pub fn body(&self) -> Option<Body> {
        Body::find(self.name.split('/').next()?)
    }

    fn id(&self) -> [u8; 4] {
        let hash: Hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', 1])
            .chain_update(self.key.as_bytes())
            .finalize()
            .into();
        let [one, two, three, four, ..] = hash;
        [one, two, three, four]
    }
}

/// A key with which a body signs; its 32 secret bytes stay in a file that the body keeps.
pub struct SignKey {
    name: String,
    key: SigningKey,
}

impl SignKey {
    /// The key of these secret bytes under a name such as `charity/2026`; none where the name is of no body.
    pub fn new(name: &str, secret: &[u8; 32]) -> Option<SignKey> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "/-._".contains(letter);
        let known = name.split('/').next().and_then(Body::find).is_some() && name.chars().all(plain);
        known.then(|| SignKey { name: name.to_owned(), key: SigningKey::from_bytes(secret) })
    }

    /// The public half.
    pub fn check_key(&self) -> CheckKey {
        CheckKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The signature's line under a checkpoint.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let signature = self.key.sign(checkpoint.lines().as_bytes());
        let bytes = [self.check_key().id().as_slice(), &signature.to_bytes()].concat();
        format!("— {} {}\n", self.name, BASE64.encode(bytes))
    }
}

impl Signed {
    /// The bodies whose signatures hold by these keys, each once.
    pub fn signers(&self, keys: &[CheckKey]) -> Vec<Body> {
        let lines = self.checkpoint.lines();
        let mut bodies: Vec<Body> = self
            .signatures
            .iter()
            .filter_map(|(name, id, signature)| {
                let key = keys.iter().find(|key| key.name == *name && key.id() == *id)?;
                let signature = Signature::from_bytes(signature);
                key.key.verify_strict(lines.as_bytes(), &signature).is_ok().then(|| key.body())?
            })
            .collect();
        bodies.sort_unstable();
        bodies.dedup();
        bodies
    }

    /// Whether the fund and at least [`BODIES_NEEDED`] others signed.
    pub fn is_signed_enough(&self, keys: &[CheckKey]) -> bool {
        let signers = self.signers(keys);
        let others = signers.iter().filter(|body| **body != Body::Fund).count();
        signers.contains(&Body::Fund) && others >= BODIES_NEEDED
    }

    /// The whole text again.
    pub fn text(&self) -> String {
        let line = |(name, id, signature): &(String, [u8; 4], [u8; 64])| {
            format!("— {name} {}\n", BASE64.encode([id.as_slice(), signature].concat()))
        };
        let notes: String = self.signatures.iter().map(line).collect();
        format!("{}\n{notes}", self.checkpoint.lines())
    }
}

/// What a check proves and what it does not, in words for a family.
pub fn what_it_proves() -> [Text; 4] {
    [
        Text::new(
            "证明：这一笔款项在公布的总额之内，而总额就是各机构签过字的那个数。",
            "It proves that this payment is in the published total, and that the total is what the bodies signed.",
        ),
        Text::new(
            "不证明：没有虚构的受助人。虚构的受助人要靠银行对账、审计逐笔拆封和随机回访发现。",
            "It does not prove that no payee was invented: the bank's statements, an auditor who opens every \
             commitment, and random call-backs find those.",
        ),
        Text::new(
            "只有少数家庭核对时，改动少数几笔可能没有人发现：核对的家庭越多越可靠。",
            "Where few families check, a change to few payments may go unseen: the more check, the surer it is.",
        ),
        Text::new(
            "回执单上没有姓名；不愿意领取的可以不领，也不必给别人看。",
            "A slip carries no name; nobody has to take one, and nobody has to show it.",
        ),
    ]
}
