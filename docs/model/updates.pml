/*
 * One record: function updates, plain changes, rotation and end, with commands that are sent again.
 *
 * Every atomic block that names a step is one script on the record's node. A crash is a process that takes no further
 * step (see subjects.pml). A resent commit is a commit whose answer was lost: the client, or the library under it,
 * sends the same command once more, whatever the first one did.
 *
 * The record  a secret, a version that every change raises, a counter, a field of its own for each plain writer, and
 *             the ids of the last REMEMBER commits.
 * Processes   Counter  TURNS times: read the counter and the version | commit counter + 1, if the record lives, the
 *                      secret matches and the version is as read; a commit whose id is remembered answers "done"
 *                      without acting | done: acknowledged; conflict: read again; gone: stop
 *             Plain    read | set its own field, if the record lives and the secret matches
 *             Rotator  read | new secret, if the record lives and the secret matches
 *             Ender    deletes the record at any time (an end, an expiry)
 * How many    COUNTERS=n TURNS=n PLAINS=n ROTATE ENDS      REMEMBER=n (4)      RESEND
 *
 * Asserted after every step
 *   1 counted  an increment is applied at most once, and once when it was acknowledged; the counter is their sum
 *   2 kept     a plain change that was acknowledged is there
 *   3 ended    a record that ended is never there again
 *   4 secret   nothing is written with the token of before a rotation
 *   PROMISE=n  asserts that one alone
 *
 * Broken on purpose
 *   VERSION_ALONE  no ids are remembered       REMEMBER=1 and the like: fewer than the commits between two sendings
 *   NO_VERSION     the commit does not look at the version
 *   UPSERT         a change writes whether or not the record lives     NO_SECRET   a change does not look at the secret
 *   WHOLE          a plain change writes back all that it read
 *
 * KNOWS_ITS_REACH  a commit whose version is older than the ids go back answers "unknown", and the caller gives up: the
 *                  increment may or may not count, and nobody is told that it does. Then any REMEMBER will do.
 * REACH=n          asserts, instead of the promises, that a state is never met that must be met.
 */
#ifndef COUNTERS
#define COUNTERS 2
#endif
#ifndef TURNS
#define TURNS 1
#endif
#ifndef PLAINS
#define PLAINS 0
#endif
#ifndef REMEMBER
#define REMEMBER 4
#endif
#ifndef PROMISE
#define PROMISE 0
#endif
#ifndef REACH
#define REACH 0
#endif

#define OPERATIONS (COUNTERS * TURNS + PLAINS + 2)
#define BIT(i) (1 << (i))
#define HAS(set, i) (((set) >> (i)) & 1)

/* The record. */
bit exists = true;
byte secret;
byte version = 1;
byte counter;
byte fields;            /* of the plain writers */
byte recent[REMEMBER];  /* operation ids, newest first; 0 is none */

/* For the promises alone. */
byte applied[OPERATIONS]; /* how often each increment was applied */
short acknowledged;       /* operations that were told "done" */
byte sum;                 /* of all increments applied */
byte written;             /* fields that an acknowledged plain change set */
bit ended;
bit wrongSecret;
bit twice;
bit lost;
byte seen;

#define ASSERTED(promise) (REACH == 0 && (PROMISE == 0 || PROMISE == promise))
inline check() {
#if ASSERTED(1)
  assert(!twice && !lost);
  assert(!exists || counter == sum);
#endif
#if ASSERTED(2)
  assert(!exists || (written & ~fields) == 0);
#endif
#if ASSERTED(3)
  assert(!(ended && exists));
#endif
#if ASSERTED(4)
  assert(!wrongSecret);
#endif
#if REACH == 1 /* a resent commit is recognised */
  assert(!HAS(seen, 1));
#elif REACH == 2 /* a commit meets a conflict, and all increments count in the end */
  assert(!(HAS(seen, 2) && exists && acknowledged == BIT(1) + BIT(2) && counter == 2));
#elif REACH == 3 /* a commit comes after a rotation and is refused */
  assert(!HAS(seen, 3));
#elif REACH == 4 /* a commit is told "unknown" */
  assert(!HAS(seen, 4));
#endif
}

#ifdef NO_VERSION
#define AS_READ(read) true
#else
#define AS_READ(read) (version == (read))
#endif
#ifdef KNOWS_ITS_REACH
#define TOO_OLD(read) (version - (read) > REMEMBER)
#else
#define TOO_OLD(read) false
#endif

#if defined(UPSERT)
#define MAY_WRITE(token) (true)
#elif defined(NO_SECRET)
#define MAY_WRITE(token) (exists)
#else
#define MAY_WRITE(token) (exists && secret == (token))
#endif

/* Is the id among those remembered? */
inline look(id) {
  at = 0;
  known = false;
#ifndef VERSION_ALONE
  do
  :: at < REMEMBER -> known = known | (recent[at] == id); at++
  :: else -> break
  od;
#endif
  at = 0
}

/* What every change does beside its own: the version, the id, and for the promises a look at the secret. */
inline changed(id, token) {
  exists = true;
  wrongSecret = wrongSecret | (secret != token);
  version++;
  at = REMEMBER - 1;
  do
  :: at > 0 -> recent[at] = recent[at - 1]; at--
  :: else -> break
  od;
  recent[0] = id
}

#ifdef RESEND
#define OR_AGAIN(step) if :: goto step :: skip fi
#else
#define OR_AGAIN(step)
#endif

mtype = { done, conflict, gone, unknown };

proctype Counter(byte first) {
  byte id = first;
  byte token;
  byte readVersion;
  byte readCounter;
  byte at;
  bit known;
  mtype answer;

  token = secret; /* with which the requests come */
  do
  :: id < first + TURNS ->
read:
     atomic {
       if
       :: exists && secret == token -> readVersion = version; readCounter = counter
       :: else -> goto out
       fi
     }
commit:
     atomic {
       look(id);
       if
       :: known -> answer = done; seen = seen | BIT(1); printf("commit %d again: done\n", id)
       :: else ->
          if
          :: !MAY_WRITE(token) -> answer = gone; seen = seen | (exists << 3); printf("commit %d: gone\n", id)
          :: MAY_WRITE(token) && TOO_OLD(readVersion) ->
             answer = unknown; seen = seen | BIT(4); printf("commit %d: unknown\n", id)
          :: MAY_WRITE(token) && !TOO_OLD(readVersion) && !AS_READ(readVersion) ->
             answer = conflict; seen = seen | BIT(2); printf("commit %d: conflict\n", id)
          :: MAY_WRITE(token) && AS_READ(readVersion) ->
             counter = readCounter + 1;
             changed(id, token);
             sum++;
             twice = twice | applied[id];
             applied[id]++;
             answer = done;
             printf("commit %d: %d, version %d\n", id, counter, version)
          fi
       fi;
       known = false;
       check()
     }
     OR_AGAIN(commit);
     if
     :: answer == conflict -> goto read
     :: answer == done ->
        atomic {
          acknowledged = acknowledged | BIT(id);
          lost = lost | (applied[id] == 0);
          id++;
          check()
        }
     :: else -> break
     fi
  :: else -> break
  od;
out:
  atomic { id = 0; token = 0; readVersion = 0; readCounter = 0; answer = 0 }
}

proctype Plain(byte id; byte field) {
  byte token;
  byte readCounter;
  byte readFields;
  byte at;
  bit known;
  bit ok;

  atomic {
    if
    :: exists -> token = secret; readCounter = counter; readFields = fields
    :: else -> goto out
    fi
  }
commit:
  atomic {
    look(id);
    ok = known;
    if
    :: !known && MAY_WRITE(token) ->
#ifdef WHOLE
       counter = readCounter;
       fields = readFields;
#endif
       fields = fields | BIT(field);
       changed(id, token);
       ok = true;
       printf("set field %d, version %d\n", field, version)
    :: else
    fi;
    known = false;
    check()
  }
  OR_AGAIN(commit);
  if
  :: ok -> atomic { written = written | BIT(field); check() }
  :: else
  fi;
out:
  atomic { token = 0; readCounter = 0; readFields = 0; ok = false }
}

proctype Rotator(byte id) {
  byte token;
  byte at;
  bit known;

  atomic {
    if
    :: exists -> token = secret
    :: else -> goto out
    fi
  }
commit:
  atomic {
    look(id);
    if
    :: !known && MAY_WRITE(token) -> changed(id, token); secret = token + 1; printf("rotate, version %d\n", version)
    :: else
    fi;
    known = false;
    check()
  }
  OR_AGAIN(commit);
out:
  token = 0
}

#ifdef ENDS
active proctype Ender() {
  atomic {
    ended = ended | exists;
    exists = false;
    printf("the session ends\n");
    check()
  }
}
#endif

init {
  byte n;
  byte id = 1;

  atomic {
    do
    :: n < COUNTERS -> run Counter(id); id = id + TURNS; n++
    :: else -> break
    od;
    n = 0;
    do
    :: n < PLAINS -> run Plain(id, n); id++; n++
    :: else -> break
    od;
#ifdef ROTATE
    run Rotator(id);
#endif
    n = 0;
    id = 0
  }
}
