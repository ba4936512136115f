------------------------------ MODULE TextOnce ------------------------------
(* One event, one SMS: what TextOnce, its database and Twilio do, in every   *)
(* order in which it can happen. The actions have the names of the triggers  *)
(* in ../state-machine.md. A worker sleeps by taking no step while time goes *)
(* on; README.md lists what breaks when a guard is switched off.             *)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
    Events,      \* of equal text and recipient, numbered by the order of their ids
    Second,      \* those of them that are sent from a second sender
    Planned,     \* those that Twilio gets early and keeps until their time
    Workers,     \* threads of any instance
    Lease,       \* how long a claim may stay silent
    Flight,      \* longest time from the last look at the lease until Twilio has the request
    Lag,         \* longest time until Twilio's list shows a message
    Window,      \* how long a message must be absent from the list to prove that there is none
    Behind,      \* how far Twilio's clock is behind PostgreSQL's
    Expires,     \* when the SMS is worth nothing
    Repeats,     \* how long its source may repeat an event
    Retention,   \* when a final delivery may be purged
    Attempts,    \* keeps the model finite
    End,         \* the last instant of the model, which stands for all later time
    Statuses,    \* that Twilio reports of a message that was sent
    Includes,    \* optional actions
    Off          \* guards that are switched off

Guards == {"fence", "deadline", "attempt", "rank", "sender", "candidates", "free", "young", "resent", "since", "key",
    "skew", "cancellation", "overtaking", "asked", "final", "optOut", "restore", "survivors", "memory", "expiry"}
On(guard) == guard \notin Off
ASSUME Off \subseteq Guards

VARIABLES
    now,         \* PostgreSQL's clock
    row,         \* the table deliveries
    disk,        \* what is left of it when the newest commits are lost
    restored,    \* when that happened, or -1
    worker,      \* what each worker is doing
    wire,        \* requests on their way to Twilio
    message,     \* what Twilio has, oldest first; a SID is an index
    stopped,     \* whether the recipient texted STOP
    over,        \* events that were dropped, or whose cancellation was acknowledged
    kept         \* cancellations that the instance which acknowledged them remembers
vars == <<now, row, disk, restored, worker, wire, message, stopped, over, kept>>
rest == <<now, disk, restored, stopped, over, kept>>

Absent == [status |-> "none", attempt |-> 0, claimed |-> 0, since |-> 0, person |-> FALSE, text |-> FALSE, sid |-> 0,
    closed |-> FALSE]
Idle == [does |-> "nothing", event |-> 0, attempt |-> 0, lease |-> 0, seen |-> 0]
Init ==
    /\ now = 0 /\ row = [e \in Events |-> Absent] /\ disk = row /\ restored = -1
    /\ worker = [w \in Workers |-> Idle] /\ wire = {} /\ message = <<>> /\ stopped = FALSE /\ over = {} /\ kept = {}

Late(t) == now >= t \/ now = End
Rank(r) == IF r.sid = 0 THEN -1
    ELSE CASE r.status = "scheduled" -> 0 [] r.status = "sent" -> 4 [] OTHER -> 5
Same(e, f) == (e \in Second) = (f \in Second)
Is(w, what) == worker[w].does = what
Rests(w) == worker' = [worker EXCEPT ![w] = Idle]

-----------------------------------------------------------------------------
(* The only door to Twilio: an attempt is claimed in the statement that      *)
(* decides, by what is true at that moment, that it may be sent.             *)

Verdict(e) ==
    IF row[e].closed /\ On("cancellation") THEN "canceled"
    ELSE IF Late(Expires) \/ (stopped /\ On("optOut")) THEN "rejected" ELSE "reserved"

\* What the database has forgotten may still be sent: until the lease of whoever has survived is over.
Outlived == restored + (IF On("survivors") THEN Lease ELSE 0)

Admit(w, e, doubt) ==
    LET n == row[e].attempt + 1
        verdict == Verdict(e)
    IN  /\ row' = [row EXCEPT ![e] =
               IF verdict # "reserved" THEN [@ EXCEPT !.status = verdict, !.since = 0]
               ELSE IF doubt THEN [@ EXCEPT !.status = "unknown", !.attempt = n, !.since = Outlived, !.text = TRUE]
               ELSE [@ EXCEPT !.status = "reserved", !.attempt = n, !.since = 0, !.text = TRUE, !.claimed = now]]
        /\ IF verdict # "reserved" \/ doubt THEN Rests(w)
           ELSE worker' = [worker EXCEPT ![w] =
                    [Idle EXCEPT !.does = "send", !.event = e, !.attempt = n, !.lease = now + Lease]]
        /\ (verdict = "reserved" => n <= Attempts) /\ UNCHANGED <<wire, message, rest>>

\* In restore mode Twilio may have what the database has forgotten, so nothing is sent before its list was read. An event
\* is claimed once more by its source, or by the instance that remembers that it acknowledged it.
Doubt == restored >= 0 /\ On("restore")
Claim(w, e) == Is(w, "nothing") /\ now <= Repeats /\ row[e].status = "none" /\ Admit(w, e, Doubt)
Repeat(w, e) ==
    /\ Is(w, "nothing") /\ now <= Repeats /\ row[e].status = "rejected" /\ Admit(w, e, Doubt)
Take(w, e) == Is(w, "nothing") /\ row[e].status = "held" /\ ~row[e].person /\ Admit(w, e, Doubt)

\* The fence: the lease is looked at last, right before the bytes leave. One that begins later than the claim, or is
\* looked at before a wait for a connection, is none.
Post(w) ==
    /\ Is(w, "send")
    /\ On("fence") => now <= worker[w].lease /\ now < End
    /\ On("deadline") => ~Late(Expires)
    /\ wire' = wire \cup {[event |-> worker[w].event, attempt |-> worker[w].attempt, at |-> now]}
    /\ worker' = [worker EXCEPT ![w].does = "wait"] /\ UNCHANGED <<row, message, rest>>

-----------------------------------------------------------------------------
(* Twilio accepts a request, refuses it, or never gets it.                   *)

Create == \E r \in wire :
    /\ wire' = wire \ {r}
    /\ message' = Append(message, [event |-> r.event, attempt |-> r.attempt, at |-> now,
           status |-> IF r.event \in Planned THEN "scheduled" ELSE "sent"])
    /\ UNCHANGED <<row, worker, rest>>

Refuse(w) == \E r \in wire :
    /\ "Refuse" \in Includes /\ Is(w, "wait") /\ r.event = worker[w].event /\ r.attempt = worker[w].attempt
    /\ wire' = wire \ {r} /\ worker' = [worker EXCEPT ![w].does = "refused"] /\ UNCHANGED <<row, message, rest>>

Send == \E m \in DOMAIN message :
    /\ message[m].status = "scheduled" /\ message' = [message EXCEPT ![m].status = "sent"]
    /\ UNCHANGED <<row, worker, wire, rest>>

-----------------------------------------------------------------------------
(* The outcome of an attempt. One without a SID counts only for the attempt  *)
(* that holds the claim; one with a SID is the truth whenever it comes.      *)

Outcome(w, status, since) ==
    LET e == worker[w].event
        current == row[e].status = "reserved" /\ (On("attempt") => row[e].attempt = worker[w].attempt)
        closes == row[e].closed /\ status # "unknown"
    IN  /\ row' = IF current
               THEN [row EXCEPT ![e].status = IF closes THEN "canceled" ELSE status, ![e].since = since] ELSE row
        /\ Rests(w) /\ UNCHANGED <<wire, message, rest>>

\* Not processed: no connection, a rate limit, an open circuit breaker, a lease that ran out.
Defer(w) == "Defer" \in Includes /\ (Is(w, "send") \/ Is(w, "refused")) /\ Outcome(w, "held", 0)
Reject(w) == Is(w, "refused") /\ Outcome(w, "rejected", 0)
Unclear(w) == Is(w, "wait") /\ Outcome(w, "unknown", now)
Die(w) == "Die" \in Includes /\ now < End /\ ~Is(w, "nothing") /\ Rests(w) /\ UNCHANGED <<row, wire, message, rest>>

\* If reconciliation had given the SID to another delivery of the same text, it goes back to its owner.
Report(e, m, status) ==
    row' = IF row[e].sid = 0
        THEN [f \in Events |->
            IF f = e THEN [row[f] EXCEPT !.status = status, !.sid = m, !.since = 0, !.text = FALSE, !.person = FALSE]
            ELSE IF row[f].sid = m THEN [row[f] EXCEPT !.status = "unknown", !.sid = 0, !.since = now] ELSE row[f]]
        ELSE IF row[e].sid = m /\ (On("rank") => Rank([row[e] EXCEPT !.status = status]) > Rank(row[e]))
            THEN [row EXCEPT ![e].status = status, ![e].text = FALSE] ELSE row

Words(m) ==
    LET status == message[m].status
    IN  (IF message[m].event \in Planned THEN {"scheduled"} ELSE {}) \cup IF status = "sent" THEN Statuses ELSE {status}

Answer(w) ==
    /\ Is(w, "wait") /\ row[worker[w].event].attempt > 0
    /\ \E m \in DOMAIN message : /\ message[m].event = worker[w].event /\ message[m].attempt = worker[w].attempt
                                 /\ Report(worker[w].event, m, message[m].status)
    /\ Rests(w) /\ UNCHANGED <<wire, message, rest>>

\* Early, late, repeated, shuffled or never. Its URL names the delivery.
Callback == \E m \in DOMAIN message : \E status \in Words(m) :
    /\ row[message[m].event].attempt > 0 /\ Report(message[m].event, m, status)
    /\ UNCHANGED <<worker, wire, message, rest>>

\* Twilio is asked when callbacks stay away, and cancels what it still keeps of a canceled event.
Poll(e) ==
    LET m == row[e].sid
        cancels == message[m].status = "scheduled" /\ row[e].closed
    IN  /\ Rank(row[e]) \in 0..4
        /\ message' = IF cancels THEN [message EXCEPT ![m].status = "canceled"] ELSE message
        /\ \E status \in IF cancels THEN {"canceled"} ELSE Words(m) : Report(e, m, status)
        /\ UNCHANGED <<worker, wire, rest>>

-----------------------------------------------------------------------------
(* Reconciliation of what is unknown, with a list that hides new messages. *)

LeaseExpires(e) ==
    /\ On("expiry") /\ row[e].status = "reserved" /\ Late(row[e].claimed + Lease)
    /\ restored >= 0 => Late(Outlived)
    /\ row' = [row EXCEPT ![e].status = "unknown", ![e].since = now] /\ UNCHANGED <<worker, wire, message, rest>>

\* Who may own a message in the list. A delivery with a SID that is certain has no text any more; but if it was sent
\* again, it may have a second message, which will then be another's.
Candidates(e) == {f \in Events \ {e} : row[f].text
    /\ (On("candidates") => Same(e, f) /\ row[f].status \notin {"held", "rejected", "canceled"})}
Resent(e) == {f \in Events \ {e} : On("resent") /\ Same(e, f) /\ row[f].attempt > 1 /\ row[f].sid > 0}
Bound == {row[f].sid : f \in Events} \ {0}

Look(w, e) ==
    LET before(f) == row[f].claimed < row[e].claimed \/ (row[f].claimed = row[e].claimed /\ f < e)
    IN  /\ Is(w, "nothing") /\ row[e].status = "unknown"
        /\ worker' = [worker EXCEPT ![w] = [Idle EXCEPT !.does = "look", !.event = e, !.attempt = row[e].attempt,
               !.seen = [since |-> row[e].since,
                         proves |-> Late(row[e].since + Window),
                         first |-> IF \E f \in Candidates(e) : before(f) THEN 0 ELSE row[e].claimed,
                         place |-> Cardinality({f \in Candidates(e) : row[f].sid = 0 /\ before(f)}),
                         young |-> On("young") /\ \E f \in Candidates(e) \cup Resent(e) :
                             ~Late(row[f].claimed + Lease + Window),
                         bound |-> Bound]]]
        /\ UNCHANGED <<row, wire, message, rest>>

Looking(w) ==
    LET r == row[worker[w].event]
    IN  /\ Is(w, "look") /\ r.status = "unknown" /\ r.attempt = worker[w].attempt
        /\ On("since") => r.since = worker[w].seen.since

\* Messages that a list shows and no delivery has. A message may be listed as soon as Twilio has it, and is at the
\* latest after the lag; which SIDs are bound is read at some moment since the look.
Lists == LET sure == {m \in DOMAIN message : Late(message[m].at + Lag)}
         IN  {sure \cup some : some \in SUBSET (DOMAIN message \ sure)}
Free(w) == {{m \in listed : /\ m \notin bound
                            /\ On("sender") => Same(worker[w].event, message[m].event)
                            /\ message[m].at - Behind >= worker[w].seen.first - (IF On("skew") THEN Behind ELSE 0)} :
           listed \in Lists, bound \in {worker[w].seen.bound, Bound}}

\* The SID that is this delivery's, 0 if there is none, -1 if that is open.
Match(w, free) ==
    IF worker[w].seen.place < Cardinality(free)
        THEN CHOOSE m \in free : Cardinality({k \in free : k < m}) = worker[w].seen.place
    ELSE IF worker[w].seen.young \/ (free # {} /\ On("free")) THEN -1 ELSE 0
Found(w) == {Match(w, free) : free \in Free(w)}

Correlate(w) ==
    /\ Looking(w)
    /\ \E m \in Found(w) \ {-1, 0} : /\ On("key") => m \notin Bound
                                     /\ row' = [row EXCEPT ![worker[w].event] =
                                            [@ EXCEPT !.status = message[m].status, !.sid = m, !.since = 0]]
    /\ Rests(w) /\ UNCHANGED <<wire, message, rest>>

ProvenAbsent(w) == Looking(w) /\ worker[w].seen.proves /\ 0 \in Found(w)
Resend(w) == ProvenAbsent(w) /\ row[worker[w].event].text /\ Admit(w, worker[w].event, FALSE)
Decide(w, status, since) ==
    /\ row' = [row EXCEPT ![worker[w].event] =
           [@ EXCEPT !.status = status, !.since = since, !.person = status = "held"]]
    /\ Rests(w) /\ UNCHANGED <<wire, message, now, disk, restored, stopped, kept>>
Hold(w) ==
    /\ "Hold" \in Includes \/ (Is(w, "look") /\ ~row[worker[w].event].text)
    /\ ProvenAbsent(w) /\ Verdict(worker[w].event) = "reserved" /\ Decide(w, "held", 0) /\ UNCHANGED over
Drop(w) ==
    /\ "Drop" \in Includes /\ ProvenAbsent(w) /\ Verdict(worker[w].event) = "reserved"
    /\ Decide(w, IF On("final") THEN "canceled" ELSE "rejected", 0) /\ over' = over \cup {worker[w].event}

\* A list that can't be read proves nothing, however long; at last a person must decide without a proof.
GiveUp(w) ==
    /\ "GiveUp" \in Includes /\ Looking(w) /\ now = End
    /\ Decide(w, IF row[worker[w].event].closed THEN "canceled" ELSE "held", now) /\ UNCHANGED over
LookAgain(w) ==
    /\ Is(w, "look")
    /\ Looking(w) => -1 \in Found(w) \/ ~worker[w].seen.proves \/ Found(w) \cap Bound # {}
    /\ Rests(w) /\ UNCHANGED <<row, wire, message, rest>>

-----------------------------------------------------------------------------
(* People. What is held or rejected is canceled at once; of what may be with *)
(* Twilio a cancellation is acknowledged, and it is not sent once more. One  *)
(* that comes before its event is remembered.                                *)

Cancelable(e) ==
    ~row[e].closed /\ row[e].status \in {"none", "held", "rejected", "reserved", "unknown", "scheduled"}
Close(e) ==
    row' = IF row[e].status = "none" /\ ~On("overtaking") THEN row
        ELSE [row EXCEPT ![e] = [@ EXCEPT !.closed = TRUE, !.person = FALSE,
            !.status = IF @ \in {"none", "held", "rejected"} \/ ~On("asked") THEN "canceled" ELSE @]]
Cancel(e) ==
    /\ "Cancel" \in Includes /\ Cancelable(e) /\ Close(e) /\ over' = over \cup {e}
    /\ kept' = IF "Forget" \in Includes /\ On("memory") THEN kept \cup {e} ELSE kept
    /\ UNCHANGED <<now, disk, restored, stopped, worker, wire, message>>

\* What the database has forgotten is canceled once more, a STOP likewise.
CancelAgain(e) ==
    /\ e \in kept /\ restored >= 0 /\ Cancelable(e) /\ Close(e)
    /\ UNCHANGED <<worker, wire, message, rest>>

\* A person may also send what was held, rejected or dropped, and takes it out of what is over.
Release(e) ==
    /\ "Release" \in Includes /\ ~row[e].closed /\ row[e].text /\ row[e].since = 0 /\ row[e].sid = 0
    /\ row[e].status \in {"rejected", "canceled"} \/ row[e].person
    /\ row' = [row EXCEPT ![e].status = "held", ![e].person = FALSE] /\ over' = over \ {e}
    /\ UNCHANGED <<now, disk, restored, stopped, kept, worker, wire, message>>

Stop ==
    /\ "Stop" \in Includes /\ ~stopped /\ stopped' = TRUE
    /\ row' = [e \in Events |->
           IF row[e].status = "held" THEN [row[e] EXCEPT !.status = "rejected", !.person = FALSE]
           ELSE [row[e] EXCEPT !.closed = @ \/ row[e].status \in {"reserved", "unknown", "scheduled"}]]
    /\ UNCHANGED <<now, disk, restored, over, kept, worker, wire, message>>
Start ==
    /\ "Stop" \in Includes /\ stopped /\ stopped' = FALSE
    /\ UNCHANGED <<now, row, disk, restored, over, kept, worker, wire, message>>

-----------------------------------------------------------------------------
(* Time, and what it takes away.                                             *)

\* An instance connects to the new database before a window is over, so before anything is proven absent.
Reconnected == restored < 0 \/ now + 1 < restored + Window \/ \A e \in kept : ~Cancelable(e)

Tick ==
    /\ now < End /\ Reconnected /\ now' = now + 1 /\ wire' = {r \in wire : now < r.at + Flight /\ now' < End}
    /\ UNCHANGED <<row, disk, restored, worker, message, stopped, over, kept>>

Purge(e) ==
    /\ "Purge" \in Includes /\ Late(Retention) /\ (Rank(row[e]) = 5 \/ row[e].status \in {"rejected", "canceled"})
    /\ row' = [row EXCEPT ![e] = Absent] /\ over' = over \ {e}
    /\ UNCHANGED <<now, disk, restored, stopped, kept, worker, wire, message>>

\* A standby that lacks the newest commits is promoted, and restore mode begins with the first connection to it. Workers
\* go on with what they have claimed.
Replicate ==
    /\ "Forget" \in Includes /\ restored < 0 /\ disk' = row
    /\ UNCHANGED <<now, row, restored, worker, wire, message, stopped, over, kept>>
Forget ==
    /\ "Forget" \in Includes /\ restored < 0 /\ restored' = now
    /\ row' = [e \in Events |-> IF disk[e].status = "unknown" THEN [disk[e] EXCEPT !.since = Outlived'] ELSE disk[e]]
    /\ UNCHANGED <<now, disk, stopped, over, kept, worker, wire, message>>

Step(w) == Post(w) \/ Answer(w) \/ Unclear(w) \/ Defer(w) \/ Reject(w)
    \/ Correlate(w) \/ Resend(w) \/ Hold(w) \/ Drop(w) \/ GiveUp(w) \/ LookAgain(w)
Next ==
    \/ \E w \in Workers : Step(w) \/ Refuse(w) \/ Die(w)
    \/ \E w \in Workers, e \in Events : Claim(w, e) \/ Repeat(w, e) \/ Take(w, e) \/ Look(w, e)
    \/ \E e \in Events : Poll(e) \/ LeaseExpires(e) \/ Cancel(e) \/ CancelAgain(e) \/ Release(e) \/ Purge(e)
    \/ Create \/ Send \/ Callback \/ Stop \/ Start \/ Tick \/ Replicate \/ Forget
Spec == Init /\ [][Next]_vars
FairSpec ==
    /\ Spec /\ WF_vars(Tick) /\ WF_vars(Send)
    /\ \A w \in Workers : WF_vars(Step(w)) /\ \A e \in Events : WF_vars(Take(w, e)) /\ WF_vars(Look(w, e))
    /\ \A e \in Events : WF_vars(LeaseExpires(e)) /\ WF_vars(Poll(e))
Symmetry == Permutations(Workers)

-----------------------------------------------------------------------------
(* The promises. Equal texts to one number are counted together: nobody,     *)
(* the recipient included, can tell them apart.                              *)

With(e) == {m \in DOMAIN message : Same(e, message[m].event) /\ message[m].status # "canceled"}
Once == \A e \in Events : Cardinality(With(e)) <= Cardinality({f \in Events : Same(e, f)})
Truthful == \A e \in Events : Cardinality(With(e)) <=
    Cardinality({f \in Events : Same(e, f) /\ (row[f].since > 0 \/ row[f].status \notin {"held", "rejected", "canceled"})})
InTime == \A r \in wire : r.at < Expires
Owned == \A e \in Events : row[e].sid > 0 => Same(e, message[row[e].sid].event)
BoundOnce == \A e, f \in Events : e # f /\ row[e].sid > 0 => row[e].sid # row[f].sid
GoesBack(e) == \E f \in Events \ {e} : row'[f].sid = row[e].sid
Rises == [][\A e \in Events : row'[e] = Absent \/ GoesBack(e) \/ Rank(row'[e]) >= Rank(row[e])]_vars
StaysOver == [][restored' = restored =>
    \A e \in over : row'[e].status = "reserved" => row[e].status = "reserved"]_vars
Stopped == [][stopped => \A e \in Events : row'[e].attempt <= row[e].attempt]_vars
Ended(e) == row[e].status \notin {"reserved", "unknown", "scheduled"} /\ (row[e].status = "held" => row[e].person)
Ends == \A e \in Events : row[e].status # "none" ~> Ended(e)
=============================================================================
