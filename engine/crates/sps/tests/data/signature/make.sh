#!/usr/bin/env bash
# Signs certificate.xml anew in every form that the tests verify, with xmlsec1, which shares nothing
# with the code under test. Needs openssl and xmlsec1 (Debian: xmlsec1).
#
#   make.sh     then: cargo test -p phytohub-sps signature
#
# The keys live only while this runs: everything is made anew together, and nothing secret is kept.
# certificate.xml is a sample of ours: UPDATE_SIGNED=1 with the tests writes it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
keys="$(mktemp -d)"
trap 'rm -rf "$keys"' EXIT

# certificate NAME KEYGEN-OPTIONS…: a key and its certificate, valid for twenty years.
certificate() {
    local name="$1"
    shift
    openssl genpkey -quiet -out "$keys/$name.pem" "$@"
    openssl req -x509 -new -key "$keys/$name.pem" -sha256 -days 7300 \
        -subj "/C=NO/O=Sample NPPO/CN=Sample signer $name" -outform DER -out "$name.der"
}

# sign FILE KEY: fills the template that standard input holds in.
sign() {
    cat >"$keys/template.xml"
    xmlsec1 --sign --privkey-pem "$keys/$2.pem" --id-attr:Id SPSCertificate \
        --output "$1" "$keys/template.xml"
}

# signature C14N-XML METHOD TRANSFORM-XML DIGEST REFERENCE-ATTRIBUTES: an empty ds:Signature.
signature() {
    cat <<XML
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod $1</ds:CanonicalizationMethod>
<ds:SignatureMethod Algorithm="$2"/>
<ds:Reference$5><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform $3</ds:Transform>
</ds:Transforms>
<ds:DigestMethod Algorithm="$4"/><ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue/>
<ds:KeyInfo><ds:KeyName>never looked at</ds:KeyName></ds:KeyInfo></ds:Signature>
XML
}

# with SIGNATURE: the sample with that as the last child of its root.
with() {
    sed '/<\/rsm:SPSCertificate>/d' certificate.xml
    printf '%s\n</rsm:SPSCertificate>\n' "$1"
}

more=http://www.w3.org/2001/04/xmldsig-more
enc=http://www.w3.org/2001/04/xmlenc
old=http://www.w3.org/2000/09/xmldsig
inclusive='Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315">'
exclusive='Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">'
listed="$exclusive<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\"
  PrefixList=\"#default udt xs\"/>"

certificate rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
certificate other -algorithm RSA -pkeyopt rsa_keygen_bits:2048
certificate small -algorithm RSA -pkeyopt rsa_keygen_bits:1024
certificate p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
certificate p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
certificate ed25519 -algorithm ED25519

# As the Andean Community signs.
with "$(signature "$exclusive" "$more#rsa-sha256" "$exclusive" "$enc#sha256" "")" |
    sign exclusive-rsa-sha256.xml rsa
# As the Pacific Alliance signs.
with "$(signature "$inclusive" "$old#rsa-sha1" "$inclusive" "$old#sha1" ' URI="#SPSCERT"')" |
    sed 's/<rsm:SPSCertificate /&Id="SPSCERT" /' | sign inclusive-rsa-sha1.xml rsa
# What a canonical form may stumble over.
with "$(signature "$listed" "$more#rsa-sha512" "$listed" "$enc#sha512" ' URI=""')" |
    sed -e 's/<rsm:SPSCertificate /<?before the="root"?>&xml:lang="en" xmlns:xs="urn:x:s" xmlns:u="urn:x:u" /' \
        -e 's|<ram:StatusCode>|<!-- n --><!-- n -->&<![CDATA[]]>|' \
        -e 's|</ram:StatusCode>|\&#13;&|' \
        -e 's|<ram:Description>|<ram:Description languageID = '"'"'e\&quot;\&#9;n'"'"'>\&gt;\&amp;<![CDATA[<\&>]]>é|' |
    sign prefix-list-rsa-sha512.xml rsa
# A part of the name spaces, another digest than the method's, and no KeyInfo.
with "$(signature "$inclusive" "$more#rsa-sha384" "$exclusive" "$more#sha384" ' URI=""')" |
    sed '/<ds:KeyInfo>/s/<ds:KeyInfo>.*<\/ds:KeyInfo>//' | sign mixed-rsa-sha384.xml rsa
with "$(signature "$exclusive" "$more#ecdsa-sha256" "$exclusive" "$enc#sha256" ' URI=""')" |
    sign ecdsa-sha256.xml p256
with "$(signature "$exclusive" "$more#ecdsa-sha384" "$inclusive" "$enc#sha256" ' URI=""')" |
    sign ecdsa-sha384.xml p384
