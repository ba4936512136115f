# Times of HL7 are written 20261202143000+0100.
def time: .[0:4] + "-" + .[4:6] + "-" + .[6:8] + "T" + .[8:10] + ":" + .[10:12] + ":00"
  + (if test("[+-][0-9]{4}$") then .[-5:-2] + ":" + .[-2:] else "" end);
{
  eventId: ("appointment_" + variable("appointment") + "_" + variable("start")[0:12]),
  phone: variable("phone"),
  appointmentAt: (variable("start") | time),
  timeZone: "Europe/Berlin",
  place: variable("place"),
  consentAt: (variable("consent") | time)
}
