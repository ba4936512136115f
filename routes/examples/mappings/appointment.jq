# Times of HL7 are written 20261202143000+0100.
def time: .[0:4] + "-" + .[4:6] + "-" + .[6:8] + "T" + .[8:10] + ":" + .[10:12] + ":00"
  + (if test("[+-][0-9]{4}$") then .[-5:-2] + ":" + .[-2:] else "" end);
# A field without a value is absent, or "" if its value was deleted.
def value: if . == "" or . == "\"\"" then null else . end;
(variable("appointment") | value) as $id
| (variable("place") | value) as $place
| if header("CamelHL7TriggerEvent") != "S12" then error("is not a new appointment (SIU^S12)")
  elif ([variable("text") | match("(^|[\r\n])MSH"; "g")] | length) != 1 then error("has more than one message")
  elif $id == null then error("has no id of the appointment (SCH-1)")
  elif ($place // "" | contains("\ufffd")) then error("is not in the encoding of MSH-18, or else UTF-8")
  else {
    eventId: ("appointment_" + $id + "_" + variable("start")[0:12]),
    phone: variable("phone"),
    appointmentAt: (variable("start") | time),
    timeZone: "Europe/Berlin",
    place: $place,
    consentAt: (variable("consent") | time)
  } end
