/*
 * The sessions of one subject on a clustered key-value server: sign-in, rotation, end, "end all but this one".
 *
 * A session's record and the subject's index lie on different nodes. Every atomic block that names a step is one
 * script on ONE of them; nothing spans both. Between two steps anything else may happen.
 *
 * A crash needs no step of its own: a process that died is one that takes no further step, and since every promise is
 * asserted after every step, each run in which some process stops for good is the beginning of a run explored here.
 *
 * Keys       0      a session of the subject when the run begins: listed, bound, its token in a browser
 *            1, 2   those of the sign-ins; each may have an unbound record already, or none
 *            3      what a rotation to a new key makes (NEW_KEY only)
 * Processes  Binder   sample the epoch | look at the password | C1 create the record unbound, if there is none
 *                     | B1 add the key to the index, if the epoch is as sampled | B2 bind the record, if it lives
 *            Revoker  (the first one: change the password) | R1 list the index and raise the epoch
 *                     | R3 delete a listed record, bound or not, but the kept one | R4 take its entry out | return
 *            Rotator  read session 0 | new secret under the same key, if the record lives
 *            Ender    E1 delete a listed record that carries the subject | E2 take its entry out
 *            Expiry   deletes any record at any time
 *            Janitor  J1 list | J2 see that a listed key has no record | J3 take its entry out
 * How many   REVOKERS=n BINDERS=n ROTATE ENDS=n EXPIRIES=n JANITORS=n
 *            RESEND   a step may be sent again until its process goes on
 *            KEEP     every revoker keeps session 0 (else both is tried)
 *
 * Asserted after every step
 *   1 revoked   once a revoke-all has returned, no session whose B1 came before its R1 is alive and bound, nor what it
 *               was rotated into, but the kept one
 *   2 kept      a revoker never deletes the session that it keeps, under whatever key
 *   3 ended     a key that was listed and ended never has a record again
 *   4 listed    what is alive and bound is in the index
 *   5 password  once the revoke-all that came with a new password has returned, no sign-in with the old one is alive and
 *               bound
 *   PROMISE=n   asserts that one alone
 *
 * Broken on purpose
 *   BARE_WRITE      B1 | write the record bound, whatever is there: no C1, no condition
 *   RECHECK         the same, then read the epoch again and delete the record if it moved
 *   RECORD_FIRST    bind the record | B1: also what happens when B1 and B2 are sent at once to two nodes
 *   INDEX_BEFORE_C1 B1 | C1 | B2
 *   C1_AGAIN        C1 may be sent again even after B1, as when the three go out together
 *   NO_EPOCH        B1 never refuses             EPOCH_LAPSES   the epoch may be lost
 *   SAMPLE_LATE     the epoch is sampled after the look at the password
 *   PASSWORD_LATE   the password is changed after R3 and R4, not before R1
 *   EMPTY_INDEX     R1 empties the index         OUT_FIRST      R4 before R3
 *   ONLY_BOUND      R3 deletes only what carries the subject
 *   TOMBSTONES      as BARE_WRITE, but a deleted key leaves a tombstone, and the write is refused where one is;
 *                   LAPSE: it may lapse
 *   NEW_KEY         rotation: read | list and create the new key | delete the old one | take its entry out
 *   UPSERT          rotation writes whether or not the record lives
 *   JANITOR_UNBOUND J2 is content with an unbound record
 *   INDEX_LAPSES    the index may be lost
 *
 * REACH=n asserts, instead of the promises, that a state is never met that must be met: what holds must not hold for
 * want of runs.
 */
#ifndef REVOKERS
#define REVOKERS 1
#endif
#ifndef BINDERS
#define BINDERS 1
#endif
#ifndef ENDS
#define ENDS 0
#endif
#ifndef EXPIRIES
#define EXPIRIES 0
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

#define BIT(key) (1 << (key))
#define HAS(set, key) (((set) >> (key)) & 1)
#define NOBODY 7

/* The nodes of the records: which keys have one, and which of those carry the subject. */
byte exists = BIT(0);
byte bound = BIT(0);
bit secret; /* of session 0 */
#ifdef TOMBSTONES
byte tombs;
#else
#define tombs 0
#endif

/* The node of the subject. */
byte index = BIT(0);
byte epoch;

/* The application's own: has the password been changed? */
bit password;

/* For the promises alone. */
byte reached = BIT(0); /* keys whose B1 has come */
byte ended;            /* keys that were listed and whose record is gone */
byte promised;         /* keys that a returned revoke-all said are dead */
byte stale;            /* keys that a sign-in with the old password bound */
bit newPassword;       /* the revoke-all that came with the new password has returned */
bit keptLost;
byte seen;             /* what REACH looks at */

#define ASSERTED(promise) (REACH == 0 && (PROMISE == 0 || PROMISE == promise))
inline check() {
#if ASSERTED(1)
  assert(!(promised & exists & bound));
#endif
#if ASSERTED(2)
  assert(!keptLost);
#endif
#if ASSERTED(3)
  assert(!(ended & exists));
#endif
#if ASSERTED(4)
  assert(!(exists & bound & ~index));
#endif
#if ASSERTED(5)
  assert(!(newPassword && (stale & exists & bound)));
#endif
#if REACH == 1 /* a sign-in after the revoke-all lives when that has returned */
  assert(!(HAS(promised, 0) && HAS(exists & bound, 1)));
#elif REACH == 2 /* a sign-in that stood between B1 and B2 comes too late */
  assert(!(promised && HAS(seen, 2)));
#elif REACH == 3 /* B1 is refused because the epoch moved */
  assert(!HAS(seen, 3));
#elif REACH == 4 /* a sign-in is over and then revoked, the kept session lives */
  assert(!(HAS(promised, 1) && HAS(stale, 1) && newPassword && HAS(exists & bound, 0)));
#elif REACH == 5 /* the janitor takes out what a crash left */
  assert(!(HAS(seen, 5) && !HAS(promised, 1) && HAS(ended, 1) && !HAS(index, 1)));
#elif REACH == 6 /* C1 is sent again, and the sign-in goes well */
  assert(!(HAS(seen, 6) && HAS(exists & bound, 1)));
#endif
}

inline create(key) { exists = exists | BIT(key) }
inline bind(key) {
  bound = bound | BIT(key);
  if
  :: !saw -> stale = stale | BIT(key)
  :: else
  fi
}
inline list(key) {
  index = index | BIT(key);
  reached = reached | BIT(key)
}
inline takeOut(key) { index = index & ~BIT(key) }
inline delete(key) {
  ended = ended | (exists & reached & BIT(key));
  exists = exists & ~BIT(key);
  bound = bound & ~BIT(key);
#ifdef TOMBSTONES
  tombs = tombs | BIT(key)
#endif
}

#ifdef RESEND
#define OR_AGAIN(step) if :: goto step :: skip fi
#define UNLESS_AGAIN(goesOn) if :: goesOn :: skip fi
#else
#define OR_AGAIN(step)
#define UNLESS_AGAIN(goesOn) goesOn
#endif

proctype Binder(byte key; bit hasRecord) {
  byte sampled;
  bit saw;
  bit ok = true;

#ifndef SAMPLE_LATE
  atomic { sampled = epoch; printf("sign-in %d samples the epoch: %d\n", key, epoch) }
#endif
  atomic { saw = password; printf("sign-in %d looks at the password: %d\n", key, password) }
#ifdef SAMPLE_LATE
  atomic { sampled = epoch; printf("sign-in %d samples the epoch: %d\n", key, epoch) }
#endif

#if defined(BARE_WRITE) || defined(RECHECK) || defined(TOMBSTONES)
  atomic { list(key); sampled = epoch; printf("B1 %d\n", key); check() }
  atomic {
    if
    :: !HAS(tombs, key) -> create(key); bind(key); printf("write %d, bound\n", key)
    :: else
    fi;
    check()
  }
#ifdef RECHECK
  ok = (epoch == sampled);
  atomic {
    if
    :: !ok -> delete(key)
    :: else
    fi;
    check()
  }
#endif

#elif defined(RECORD_FIRST)
  atomic { create(key); bind(key); printf("write %d, bound\n", key); check() }
  atomic { list(key); printf("B1 %d\n", key); check() }

#else
#ifndef INDEX_BEFORE_C1
  if
  :: hasRecord
  :: !hasRecord ->
c1:  atomic { seen = seen | (HAS(exists, key) << 6); create(key); printf("C1 %d\n", key); check() }
     OR_AGAIN(c1)
  fi;
#endif

b1:
  atomic {
#ifndef NO_EPOCH
    if
    :: epoch != sampled -> ok = false; seen = seen | BIT(3); printf("B1 %d is refused\n", key)
    :: else -> list(key); printf("B1 %d\n", key)
    fi;
#else
    list(key); printf("B1 %d\n", key);
#endif
    check()
  }
  OR_AGAIN(b1);
  if
  :: ok
  :: !ok -> goto out
  fi;

#ifdef INDEX_BEFORE_C1
  atomic { create(key); printf("C1 %d\n", key); check() }
#endif
#ifdef C1_AGAIN
  if
  :: !hasRecord -> atomic { create(key); printf("C1 %d, sent again\n", key); check() }
  :: skip
  fi;
#endif

b2:
  atomic {
    if
    :: HAS(exists, key) -> bind(key); printf("B2 %d\n", key)
    :: else -> seen = seen | BIT(2); printf("B2 %d is refused\n", key)
    fi;
    check()
  }
  OR_AGAIN(b2);
#endif
out:
  atomic { sampled = 0; saw = false; ok = false; hasRecord = false }
}

/* One of the keys in `set`, any of them. */
inline pick(set, key) {
  if
  :: HAS(set, 0) -> key = 0
  :: HAS(set, 1) -> key = 1
  :: HAS(set, 2) -> key = 2
  :: HAS(set, 3) -> key = 3
  fi
}

proctype Revoker(bit first) {
  byte before; /* for the promise: the keys whose B1 had come */
  byte alive;  /* listed, still to be deleted */
  byte gone;   /* deleted, still to be taken out */
  byte key;
  bit keeps = true;

#ifndef KEEP
  if
  :: keeps = false
  :: skip
  fi;
#endif
#ifndef PASSWORD_LATE
  if
  :: first -> atomic { password = true; printf("the password is changed\n") }
  :: else
  fi;
#endif

r1:
  atomic {
    alive = index;
    before = reached | before;
    epoch++;
#ifdef EMPTY_INDEX
    index = (keeps -> index & BIT(0) : 0);
#endif
    if
    :: keeps -> alive = alive & ~BIT(0); before = before & ~BIT(0)
    :: else
    fi;
    printf("R1, listed %d, keeps 0: %d\n", alive, keeps);
    check()
  }
#ifdef RESEND
  /* The bound keeps the model finite; another R1 only raises the epoch once more. */
  if
  :: epoch <= REVOKERS -> goto r1
  :: skip
  fi;
#endif

  do
  :: alive ->
     atomic {
       pick(alive, key);
       UNLESS_AGAIN(alive = alive & ~BIT(key); gone = gone | BIT(key));
#ifdef OUT_FIRST
       takeOut(key);
       printf("R4 %d\n", key);
#elif defined(ONLY_BOUND)
       if
       :: HAS(bound, key) -> delete(key); printf("R3 %d\n", key)
       :: else
       fi;
#else
       keptLost = keptLost | (keeps && key == 3 && HAS(exists & bound, 3));
       delete(key);
       printf("R3 %d\n", key);
#endif
       key = 0;
       check()
     }
  :: gone ->
     atomic {
       pick(gone, key);
       UNLESS_AGAIN(gone = gone & ~BIT(key));
#ifdef OUT_FIRST
       delete(key);
       printf("R3 %d\n", key);
#else
       takeOut(key);
       printf("R4 %d\n", key);
#endif
       key = 0;
       check()
     }
  :: !alive && !gone -> break
  od;

#ifdef PASSWORD_LATE
  if
  :: first -> atomic { password = true; printf("the password is changed\n") }
  :: else
  fi;
#endif

  atomic {
    promised = promised | before;
#ifdef NEW_KEY
    promised = promised | (HAS(before, 0) << 3);
#endif
    newPassword = newPassword | first;
    printf("revoke-all returns, promised %d\n", promised);
    check();
    before = 0; keeps = false
  }
}

#ifdef ROTATE
proctype Rotator() {
  bit live;

  live = HAS(exists, 0);
  if
  :: live ->
#ifdef NEW_KEY
     atomic { index = index | BIT(3); reached = reached | BIT(3); printf("list 3, the new key of 0\n"); check() }
     atomic { create(3); bound = bound | BIT(3); printf("create 3\n"); check() }
     atomic { delete(0); printf("delete 0\n"); check() }
     atomic { takeOut(0); printf("take 0 out\n"); check() }
#elif defined(UPSERT)
     atomic { create(0); secret = 1; printf("rotate 0\n"); check() }
#else
rotate:
     atomic {
       if
       :: HAS(exists, 0) -> secret = 1; printf("rotate 0\n")
       :: else
       fi;
       check()
     }
     OR_AGAIN(rotate)
#endif
  :: else
  fi;
  live = false
}
#endif

#if ENDS > 0
active [ENDS] proctype Ender() {
  byte key = NOBODY;
  bit ok;

  if
  :: atomic { index -> pick(index, key) }
  :: skip
  fi;
  if
  :: key != NOBODY ->
e1:
     atomic {
       ok = HAS(bound, key);
       if
       :: ok -> delete(key); printf("E1 %d\n", key)
       :: else
       fi;
       check()
     }
     OR_AGAIN(e1);
     if
     :: ok ->
e2:     atomic { takeOut(key); printf("E2 %d\n", key); check() }
        OR_AGAIN(e2)
     :: else
     fi
  :: else
  fi;
  atomic { key = NOBODY; ok = false }
}
#endif

#if EXPIRIES > 0
active [EXPIRIES] proctype Expiry() {
  byte key;

  if
  :: atomic { exists -> pick(exists, key); delete(key); printf("%d expires\n", key); key = 0; check() }
  :: skip
  fi
}
#endif

#if JANITORS > 0
active [JANITORS] proctype Janitor() {
  byte key = NOBODY;
  bit absent;

  if
  :: atomic { index -> pick(index, key) } /* J1 */
  :: skip
  fi;
  if
  :: key != NOBODY ->
#ifdef JANITOR_UNBOUND
     absent = !HAS(exists & bound, key);
#else
     absent = !HAS(exists, key); /* J2 */
#endif
     if
     :: absent ->
j3:     atomic { takeOut(key); seen = seen | BIT(5); printf("J3 %d\n", key); check() }
        OR_AGAIN(j3)
     :: else
     fi
  :: else
  fi;
  atomic { key = NOBODY; absent = false }
}
#endif

/* What may be lost, once. */
#if defined(LAPSE) || defined(INDEX_LAPSES) || defined(EPOCH_LAPSES)
active proctype Lapse() {
#ifdef LAPSE
  atomic { tombs = 0; printf("the tombstones lapse\n"); check() }
#elif defined(INDEX_LAPSES)
  atomic { index = 0; printf("the index lapses\n"); check() }
#else
  atomic { epoch = 0; printf("the epoch lapses\n"); check() }
#endif
}
#endif

init {
  bit has1; /* whether the visitor who signs in has a record already */
  bit has2;

  atomic {
#if BINDERS > 0
    if
    :: has1 = true; exists = exists | BIT(1)
    :: skip
    fi;
    run Binder(1, has1);
#endif
#if BINDERS > 1
    if
    :: has2 = true; exists = exists | BIT(2)
    :: skip
    fi;
    run Binder(2, has2);
#endif
#if REVOKERS > 0
    run Revoker(true);
#endif
#if REVOKERS > 1
    run Revoker(false);
#endif
#ifdef ROTATE
    run Rotator();
#endif
    has1 = false;
    has2 = false
  }
}
