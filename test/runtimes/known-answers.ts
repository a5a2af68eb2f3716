/** What must come out the same everywhere: published vectors, and values that this library sealed on Node once. */

export interface XaesVector {
  readonly name: string;
  /** Hex. */
  readonly key: string;
  /** Text, as the source prints it. */
  readonly nonce: string;
  readonly plain: string;
  readonly additional: string;
  /** Hex: the key of AES-256-GCM that the nonce's first half derives. */
  readonly derived: string;
  /** Hex: ciphertext and tag. */
  readonly sealed: string;
}

/** https://c2sp.org/XAES-256-GCM, "Test Vectors" (C2SP/C2SP at 5ba5ee83). */
export const XAES: readonly XaesVector[] = [
  {
    name: "XAES-256-GCM, first vector: L begins with a 0",
    key: "0101010101010101010101010101010101010101010101010101010101010101",
    nonce: "ABCDEFGHIJKLMNOPQRSTUVWX",
    plain: "XAES-256-GCM",
    additional: "",
    derived: "c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b",
    sealed: "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271",
  },
  {
    name: "XAES-256-GCM, second vector: L begins with a 1",
    key: "0303030303030303030303030303030303030303030303030303030303030303",
    nonce: "ABCDEFGHIJKLMNOPQRSTUVWX",
    plain: "XAES-256-GCM",
    additional: "c2sp.org/XAES-256-GCM",
    derived: "e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8",
    sealed: "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
  },
];

/** Keys of these tests alone. */
export const KEY = "d8415c2fe499b3003f231ee50eff2aadc25a4854430fdfce7b1d344aa102f0f7";
export const OLDER_KEY = "jZlN9C--p-EA__9iasKmqFPt91wdo0x4hhPw0IzTOwY";

export const PURPOSE = "runtimes";
export const NAME = "session";
export const PLAIN = "Jürgen 🌙 sealed this";

/** `sealer(keyRing(KEY), PURPOSE).seal(NAME, PLAIN)`, and the same with OLDER_KEY, as Node 24.21 answered. */
export const SEALED_ON_NODE =
  "AcFC2rpztp9RF7Luv_e8qXDrvm9fywrkCMjhq3yF0nznT8DqczV047um1xcKgdZnbgPEhUURHx9efrcK_5O_QzzYO9TS";
export const SEALED_BY_OLDER =
  "AU000zH8UjdFU4BHJp2igbxD7mCkbl4eLYPNDXXjsPUEeVfj4QFZiMDRDCfq0LmfA5My-EenQNEPFyAzRdXs1nNLjf7F";
