/*
 * One key whose session passes from one subject to another, or to none, while the subjects' sessions are ended.
 *
 * The record lies on one node, the index of subject A on another, that of B on a third: every atomic block that names
 * a step is one script on ONE of them. A crash is a process that takes no further step (see subjects.pml).
 *
 * Processes  Mover    takes any token that a browser holds, and any subject to go to, its own or none included
 *                     | B1 add the key to that subject's index | B2 if the record lives and the secret matches: set
 *                     the subject and a new secret, and tell the subject before | O take the entry out of that one's
 *                     index, if it is another | the answer leaves: now a browser holds the new token
 *            Revoker  R1 list one subject's index | R3 delete the record, whose-ever it is | R4 take the entry out
 *            Ender    deletes the record by its token or by its age, and dies before it tidies
 *            Janitor  J1 list | J2 see that there is no record | J3 take the entry out
 * How many   MOVERS=n REVOKERS=n (the first of A, the second of B) ENDS JANITORS=n
 *            RESEND   a step may be sent again until its process goes on
 *
 * Asserted after every step
 *   1 revoked  once a revoke-all of a subject has returned, no binding to it whose B1 came before its R1 is alive
 *   2 ended    the key never has a record again
 *   3 listed   a live record is in the index of the subject that it carries
 *   PROMISE=n  asserts that one alone
 *
 * Broken on purpose
 *   ANSWER_FIRST     the answer leaves before O       OUT_FIRST  O before B2
 *   LOSER_TIDIES     a mover whose B2 was refused takes the entry of its B1 out again
 *   ONLY_OWN         R3 deletes only a record that carries the revoker's subject
 *   JANITOR_OTHERS   J2 is content with a record that carries another subject
 *   NO_SECRET        B2 does not look at the secret
 *
 * REACH=n asserts, instead of the promises, that a state is never met that must be met.
 */
#ifndef MOVERS
#define MOVERS 2
#endif
#ifndef REVOKERS
#define REVOKERS 0
#endif
#ifndef JANITORS
#define JANITORS 0
#endif
#ifndef PROMISE
#define PROMISE 0
#endif
#ifndef REACH
#define REACH 0
#endif

#define NONE 0
#define A 1
#define B 2
#define BIT(i) (1 << (i))
#define HAS(set, i) (((set) >> (i)) & 1)

/* The record: it begins as A's, or as nobody's. The mover n brings the secret n. */
bit exists = true;
byte subject;
byte secret;

/* Whether a subject's index has the key. */
bit index[3];

/* For the promises alone. A binding is known by the mover that made it; the first one is 0. */
byte binding;
byte reached[3];  /* per subject, the movers whose B1 has come */
byte promised[3]; /* per subject, the bindings that a returned revoke-all said are dead */
bit ended;
byte told = BIT(0); /* the secrets that a browser holds */
byte seen;

#define ASSERTED(promise) (REACH == 0 && (PROMISE == 0 || PROMISE == promise))
inline check() {
#if ASSERTED(1)
  assert(!(exists && subject != NONE && HAS(promised[subject], binding)));
#endif
#if ASSERTED(2)
  assert(!(ended && exists));
#endif
#if ASSERTED(3)
  assert(!(exists && subject != NONE && !index[subject]));
#endif
#if REACH == 1 /* from A to B and back, everything tidied */
  assert(!(HAS(seen, 1) && exists && subject == A && !index[B] && told == 7));
#elif REACH == 2 /* of two movers with one token the second is refused */
  assert(!HAS(seen, 2));
#elif REACH == 3 /* a revoke-all of A ends what is B's by then: more than it must */
  assert(!HAS(seen, 3));
#elif REACH == 4 /* ... and B's revoke-all has returned while the session is A's again */
  assert(!(exists && subject == A && promised[B] && binding != 0));
#endif
}

inline delete() {
  ended = ended | exists;
  exists = false;
  subject = NONE
}

#ifdef RESEND
#define OR_AGAIN(step) if :: goto step :: skip fi
#else
#define OR_AGAIN(step)
#endif

proctype Mover(byte me) {
  byte token;
  byte to;
  byte from;
  bit ok;

  /* Which token, and where to. */
  if
  :: HAS(told, 0) -> token = 0
  :: HAS(told, 1) -> token = 1
  :: HAS(told, 2) -> token = 2
  fi;
  if
  :: to = A
  :: to = B
  :: to = NONE
  fi;

  if
  :: to != NONE ->
b1:  atomic {
       index[to] = true;
       reached[to] = reached[to] | BIT(me);
       printf("B1 by %d into %d, with token %d\n", me, to, token);
       check()
     }
     OR_AGAIN(b1)
  :: else
  fi;

#ifdef OUT_FIRST
  from = subject;
  if
  :: from != NONE && from != to -> atomic { index[from] = false; printf("O by %d out of %d\n", me, from); check() }
  :: else
  fi;
#endif

b2:
  atomic {
    if
#ifdef NO_SECRET
    :: exists && !ok ->
#else
    :: exists && secret == token && !ok ->
#endif
       seen = seen | ((subject == B && to == A) << 1);
       from = subject;
       subject = to;
       secret = me;
       binding = me;
       ok = true;
       printf("B2 by %d\n", me)
    :: exists && secret == me && ok -> printf("B2 by %d, done already\n", me)
    :: else ->
       seen = seen | (exists << 2);
       ok = false;
       printf("B2 by %d is refused\n", me)
    fi;
    check()
  }
  OR_AGAIN(b2);

#ifdef LOSER_TIDIES
  if
  :: !ok && to != NONE -> atomic { index[to] = false; printf("%d takes its entry out of %d\n", me, to); check() }
  :: else
  fi;
#endif
#ifdef ANSWER_FIRST
  if
  :: ok -> atomic { told = told | BIT(me); printf("the answer of %d leaves\n", me); check() }
  :: else
  fi;
#endif
#ifndef OUT_FIRST
  if
  :: ok && from != NONE && from != to ->
o:   atomic { index[from] = false; printf("O by %d out of %d\n", me, from); check() }
     OR_AGAIN(o)
  :: else
  fi;
#endif
#ifndef ANSWER_FIRST
  if
  :: ok -> atomic { told = told | BIT(me); printf("the answer of %d leaves\n", me); check() }
  :: else
  fi;
#endif
  atomic { token = 0; to = 0; from = 0; ok = false }
}

proctype Revoker(byte x) {
  byte before;
  bit listed;

r1:
  atomic { listed = index[x]; before = reached[x]; printf("R1 of %d, listed: %d\n", x, listed); check() }
  OR_AGAIN(r1);
  if
  :: listed ->
r3:  atomic {
#ifdef ONLY_OWN
       if
       :: subject == x -> delete()
       :: else
       fi;
#else
       seen = seen | ((x == A && subject == B) << 3);
       delete();
#endif
       printf("R3 of %d\n", x);
       check()
     }
     OR_AGAIN(r3);
r4:  atomic { index[x] = false; printf("R4 of %d\n", x); check() }
     OR_AGAIN(r4)
  :: else
  fi;
  atomic {
    promised[x] = promised[x] | before;
    printf("revoke-all of %d returns\n", x);
    check();
    before = 0; listed = false
  }
}

#ifdef ENDS
active proctype Ender() {
  atomic { delete(); printf("the session ends\n"); check() }
}
#endif

#if JANITORS > 0
active [JANITORS] proctype Janitor() {
  byte x;

  if
  :: index[A] -> x = A /* J1 */
  :: index[B] -> x = B
  :: x = NONE
  fi;
  if
#ifdef JANITOR_OTHERS
  :: x != NONE && subject != x ->
#else
  :: x != NONE && !exists -> /* J2 */
#endif
j3:  atomic { index[x] = false; printf("J3 of %d\n", x); check() }
     OR_AGAIN(j3)
  :: else
  fi;
  x = NONE
}
#endif

init {
  byte n = 1;

  atomic {
    if
    :: subject = A; index[A] = true; reached[A] = BIT(0)
    :: subject = NONE
    fi;
    do
    :: n <= MOVERS -> run Mover(n); n++
    :: else -> break
    od;
#if REVOKERS > 0
    run Revoker(A);
#endif
#if REVOKERS > 1
    run Revoker(B);
#endif
    n = 0
  }
}
