# A subject is the incident's name and its title: INC-1042 Disk full on db1.
{
  eventId: (header("Message-ID") | gsub("[^A-Za-z0-9.@_-]"; "_") | .[0:120]),
  phone: "+15558675310",
  consentAt: "2026-01-15T09:00:00Z",
  incident: (header("Subject") | split(" ") | first),
  title: (header("Subject") | split(" ") | .[1:] | join(" "))
}
