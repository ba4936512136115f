#!/bin/sh
# Makes the certificates of the tests, for a hundred years: ./make.sh
# An authority, a server's certificate and the one that follows it; a client's, whose name is a database user.
set -eu
cd "$(dirname "$0")"
openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj "/CN=TextOnce Test Authority" -keyout authority-key.pem -out authority.pem
issue() {
  openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$2" -keyout "$1-key.pem" -out request.pem
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$3" > extensions
  openssl x509 -req -in request.pem -CA authority.pem -CAkey authority-key.pem -set_serial "$4" -days 36500 -extfile extensions -out "$1.pem"
  rm request.pem extensions
}
names=IP:127.0.0.1,DNS:localhost,DNS:twilio.example.test,DNS:hooks.example.test,DNS:id.example.test
issue server "server" "$names" 1
issue renewed "server, renewed" "$names" 2
issue client "textonce" "DNS:textonce.example.test" 3
for name in server client; do
  openssl pkcs12 -export -in $name.pem -inkey $name-key.pem -name $name -passout pass:for-tests -out $name.p12
done
keytool -importcert -noprompt -alias authority -file authority.pem -storetype PKCS12 -keystore authority.p12 -storepass for-tests
rm authority-key.pem
