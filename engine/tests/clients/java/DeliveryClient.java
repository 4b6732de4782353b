import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * A national system on a plain JDK, run through an exchange with a hub over mutual TLS 1.2 with a
 * PKCS#12 key store, as older Java systems do it. Run as {@code java DeliveryClient.java}.
 *
 * <p>Prints a line for each step that passed. Exit codes: 0 all steps passed, 1 the hub answered
 * otherwise than expected, 2 the client could not work (arguments, connection).
 */
public final class DeliveryClient {
    static final String EPH = "http://ephyto.ippc.int/";
    static final String HUB = "http://ephyto.ippc.int/HUB.Entities";
    static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    static final String ACTION = EPH + "IDeliveryService/";
    static final String STRANGER = "NPPO from client certificate not found";
    static final String UNKNOWN = "0000000000000000000000000Z";
    /** Escaped, because a JDK reads this file in the encoding of the locale. */
    static final String WARNING = "Se\u00F1al: \u00ABhumedad\u00BB > 12 % & <no> legible \u2013 \u4E2D\u6587 \uD83C\uDF31";
    static final Duration TIMEOUT = Duration.ofSeconds(120);

    /** Header fields in the order in which they must stand. */
    static final List<String> HEADER_ORDER = List.of(
            "From", "To", "CertificateType", "CertificateStatus", "NPPOCertificateNumber",
            "hubDeliveryNumber", "HUBTrackingInfo", "hubDeliveryErrorMessage", "Forwardings",
            "Content");

    static final Set<String> HEADER_REQUIRED = Set.of(
            "From", "To", "CertificateType", "CertificateStatus", "NPPOCertificateNumber",
            "hubDeliveryNumber", "HUBTrackingInfo");

    /** The hub answered, but not as it must. */
    static final class ExpectationFailed extends Exception {
        ExpectationFailed(String message) {
            super(message);
        }
    }

    interface Step {
        void run() throws Exception;
    }

    final Map<String, String> options;
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final Connection sender;
    final Connection receiver;
    final Connection stranger;
    int count;

    DeliveryClient(Map<String, String> options) throws GeneralSecurityException, IOException {
        this.options = options;
        sender = new Connection(options, options.get("sender"));
        receiver = new Connection(options, options.get("receiver"));
        stranger = new Connection(options, null);
    }

    /** One holder of a key store, or of none. */
    static final class Connection {
        final URI endpoint;
        final SSLContext tls;
        final HttpClient http;

        Connection(Map<String, String> options, String keyStore)
                throws GeneralSecurityException, IOException {
            endpoint = URI.create(options.get("endpoint"));
            tls = context(options, keyStore);
            SSLParameters parameters = tls.getDefaultSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.2"});
            http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(tls)
                    .sslParameters(parameters)
                    .connectTimeout(TIMEOUT)
                    .build();
        }

        static SSLContext context(Map<String, String> options, String keyStore)
                throws GeneralSecurityException, IOException {
            char[] password = options.get("password").toCharArray();
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            KeyStore own = KeyStore.getInstance("PKCS12");
            if (keyStore == null) {
                own.load(null, password);
            } else {
                try (InputStream file = Files.newInputStream(Path.of(keyStore))) {
                    own.load(file, password);
                }
            }
            keys.init(own, password);

            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            CertificateFactory x509 = CertificateFactory.getInstance("X.509");
            try (InputStream file = Files.newInputStream(Path.of(options.get("ca")))) {
                int index = 0;
                for (Certificate certificate : x509.generateCertificates(file)) {
                    trusted.setCertificateEntry("ca" + index++, certificate);
                }
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLSv1.2");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        }

        /** Sends a request and returns the response element. */
        Element call(String operation, String action, String inner) throws Exception {
            HttpResponse<byte[]> response = post(operation, action, inner);
            expectEqual(response.statusCode(), 200, operation + ": status");
            return payload(operation, response.body());
        }

        /** Sends a request without an action and returns the response element. */
        Element call(String operation, String inner) throws Exception {
            return call(operation, "", inner);
        }

        HttpResponse<byte[]> post(String operation, String action, String inner)
                throws Exception {
            HttpRequest request = HttpRequest.newBuilder(endpoint)
                    .timeout(TIMEOUT)
                    .header("Content-Type", "text/xml; charset=utf-8")
                    .header("SOAPAction", action)
                    .POST(HttpRequest.BodyPublishers.ofString(request(operation, inner)))
                    .build();
            HttpResponse<byte[]> response =
                    http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            String protocol = response.sslSession().orElseThrow().getProtocol();
            expectEqual(protocol, "TLSv1.2", "protocol of the connection");
            String type = response.headers().firstValue("Content-Type").orElse("");
            expect(type.startsWith("text/xml"), operation + ": type " + type);
            return response;
        }

        /** Sends a chunked request the way a JAX-WS stack does. */
        Element callByStream(String operation, String inner) throws Exception {
            HttpsURLConnection open = (HttpsURLConnection) endpoint.toURL().openConnection();
            open.setSSLSocketFactory(tls.getSocketFactory());
            open.setDoOutput(true);
            open.setChunkedStreamingMode(1024);
            open.setRequestProperty("Content-Type", "text/xml; charset=utf-8");
            open.setRequestProperty("SOAPAction", '"' + ACTION + operation + '"');
            open.setRequestProperty("Accept", "text/xml, multipart/related");
            try (OutputStream body = open.getOutputStream()) {
                body.write(request(operation, inner).getBytes(StandardCharsets.UTF_8));
            }
            expectEqual(open.getResponseCode(), HttpURLConnection.HTTP_OK, operation + ": status");
            try (InputStream body = open.getInputStream()) {
                return payload(operation, body.readAllBytes());
            }
        }

        /** Calls and checks the fault that must come: both of its texts, and where they stand. */
        String fault(String operation, String inner) throws Exception {
            HttpResponse<byte[]> response = post(operation, "", inner);
            expectEqual(response.statusCode(), 500, operation + ": status of a fault");
            Element fault = only(only(parse(response.body()), SOAP, "Body"), SOAP, "Fault");
            String code = text(only(fault, null, "faultcode"));
            expect(code.matches("\\w+:(Server|Client)"), operation + ": faultcode " + code);
            String message = text(only(fault, null, "faultstring"));
            expect(!message.isBlank(), operation + ": empty faultstring");
            Element detail = only(only(fault, null, "detail"), EPH, "HubWebException");
            expectEqual(text(only(detail, EPH, "message")), message, operation + ": message");
            return message;
        }

        Map<String, String> track(String number) throws Exception {
            Element reply = call("GetEnvelopeTrackingInfo", number(number));
            return header(only(reply, EPH, "GetEnvelopeTrackingInfoResult"));
        }

        void expectState(String number, String state) throws Exception {
            Map<String, String> header = track(number);
            expectEqual(header.get("hubDeliveryNumber"), number, "number of the reply");
            expectEqual(header.get("HUBTrackingInfo"), state, "state of " + number);
        }
    }

    // ---- steps ----

    Map<String, Step> steps() {
        Map<String, Step> steps = new java.util.LinkedHashMap<>();
        steps.put("profile and register", this::register);
        steps.put("delivered envelope is listed, pulled and acknowledged", this::exchange);
        steps.put("advanced acknowledgement by its negative action", this::warn);
        steps.put("failed acknowledgement after a pull", this::notReadable);
        steps.put("chunked request over HttpsURLConnection", this::stream);
        steps.put("wrong header is an answer and no fault", this::wrongHeader);
        steps.put("unknown number does not exist", this::unknown);
        steps.put("stranger is told so", this::strangerIsTold);
        return steps;
    }

    void register() throws Exception {
        Element profile = only(sender.call("GetProfile", ""), EPH, "GetProfileResult");
        expectEqual(text(only(profile, HUB, "Country")), options.get("from"), "Country");
        checkNppo(profile);
        Element reply = sender.call("GetActiveNppos", ACTION + "GetActiveNppos", "");
        List<String> codes = new ArrayList<>();
        for (Element nppo : children(only(reply, EPH, "GetActiveNpposResult"))) {
            expectName(nppo, HUB, "Nppo");
            checkNppo(nppo);
            codes.add(text(only(nppo, HUB, "Country")));
        }
        expect(codes.contains(options.get("to")), options.get("to") + " not in " + codes);
        reply = sender.call("GetAvailableChannels", "");
        for (Element channel : children(only(reply, EPH, "GetAvailableChannelsResult"))) {
            expectName(channel, HUB, "Channel");
            expect(channel.hasAttribute("Send") && channel.hasAttribute("Receive"), "Channel");
        }
    }

    void exchange() throws Exception {
        String content = "<?xml version=\"1.0\"?>\r\n<a>&amp; 'x' \"y\" ]]> \u00D1 \u4E2D \uD83C\uDF31</a>\t ";
        String number = deliver(content);
        sender.expectState(number, "PendingDelivery");
        find(sender, "GetUnderDeliveryEnvelope", "GetUnderDeliveryEnvelopeResult",
                "EnvelopeHeader", "", number);
        find(receiver, "GetImportEnvelopeHeaders", "GetImportEnvelopeHeadersResult",
                "EnvelopeHeader", "<e:countryCode></e:countryCode>", number);
        Map<String, String> pulled = find(receiver, "PULLImportEnvelope",
                "PULLImportEnvelopesResult", "Envelope", "", number);
        expectEqual(pulled.get("Content"), content, "content of a pull");
        expectEqual(pull(number).get("Content"), content, "content of a single pull");
        receiver.expectState(number, "PendingDelivery");
        Element reply = receiver.call("AcknowledgeEnvelopeReceipt", number(number));
        expect(children(reply).isEmpty(), "an acknowledgement is answered by an empty element");
        sender.expectState(number, "Delivered");
    }

    void warn() throws Exception {
        String number = deliver("<a/>");
        pull(number);
        String message = "<e:warningMessage>" + escape(WARNING) + "</e:warningMessage>";
        Element reply = receiver.call("AdvancedAcknowledgeEnvelopeReceipt",
                '"' + ACTION + "NegativeAcknowledgeEnvelopeReceipt\"", number(number) + message);
        for (Element child : children(reply)) {
            expectName(child, EPH, "return");
        }
        sender.expectState(number, "DeliveredWithWarnings");
        String told = sender.track(number).get("hubDeliveryErrorMessage");
        expectEqual(told, WARNING, "message of the receiver");
    }

    void notReadable() throws Exception {
        String number = deliver("<a/>");
        String message = "<e:message>" + escape(WARNING) + "</e:message>";
        receiver.call("AcknowledgeFailedEnvelopeReceipt", number(number) + message);
        sender.expectState(number, "PendingDelivery");
        pull(number);
        receiver.call("AcknowledgeFailedEnvelopeReceipt", number(number) + message);
        sender.expectState(number, "DeliveredNotReadable");
    }

    void stream() throws Exception {
        String content = "\u00D1 <x/> ".repeat(200_000);
        Element reply = sender.callByStream("DeliverEnvelope", envelope(null, content));
        String number = header(only(reply, EPH, "DeliverEnvelopeResult")).get("hubDeliveryNumber");
        reply = receiver.callByStream("PULLSingleImportEnvelope", number(number));
        Map<String, String> pulled = header(only(reply, EPH, "PULLSingleImportEnvelopeResult"));
        expect(content.equals(pulled.get("Content")), "content of a chunked exchange differs");
        receiver.callByStream("AcknowledgeEnvelopeReceipt", number(number));
        sender.expectState(number, "Delivered");
    }

    void wrongHeader() throws Exception {
        Element reply = sender.call("DeliverEnvelope", envelope("QZ", "<a/>"));
        Map<String, String> header = header(only(reply, EPH, "DeliverEnvelopeResult"));
        expectEqual(header.get("HUBTrackingInfo"), "FailedDelivery", "state");
        String message = header.getOrDefault("hubDeliveryErrorMessage", "");
        expect(message.contains("To"), "message does not name To: " + message);
    }

    void unknown() throws Exception {
        sender.expectState(UNKNOWN, "EnvelopeNotExists");
        receiver.fault("PULLSingleImportEnvelope", number(UNKNOWN));
        receiver.fault("AcknowledgeEnvelopeReceipt", number(UNKNOWN));
    }

    void strangerIsTold() throws Exception {
        expectEqual(stranger.fault("GetProfile", ""), STRANGER, "fault");
        expectEqual(stranger.fault("DeliverEnvelope", envelope(null, "<a/>")), STRANGER, "fault");
    }

    // ---- parts of steps ----

    String deliver(String content) throws Exception {
        Element reply = sender.call("DeliverEnvelope", envelope(null, content));
        Map<String, String> header = header(only(reply, EPH, "DeliverEnvelopeResult"));
        expectEqual(header.get("HUBTrackingInfo"), "PendingDelivery", "state of a new envelope");
        String number = header.get("hubDeliveryNumber");
        expect(number.matches("[0-9A-Za-z-]{1,36}"), "hubDeliveryNumber " + number);
        return number;
    }

    Map<String, String> pull(String number) throws Exception {
        Element reply = receiver.call("PULLSingleImportEnvelope", number(number));
        return header(only(reply, EPH, "PULLSingleImportEnvelopeResult"));
    }

    /** Calls until the number is listed: each call continues where the last one ended. */
    Map<String, String> find(Connection caller, String operation, String wrapper, String row,
            String inner, String number) throws Exception {
        for (int turn = 0; turn < 500; turn++) {
            List<Element> rows = children(only(caller.call(operation, inner), EPH, wrapper));
            for (Element found : rows) {
                expectName(found, HUB, row);
                Map<String, String> header = header(found);
                if (number.equals(header.get("hubDeliveryNumber"))) {
                    return header;
                }
            }
            if (rows.isEmpty()) {
                break;
            }
        }
        throw new ExpectationFailed(operation + ": " + number + " is not listed");
    }

    /** The env element; empty optional fields are sent along, as some systems do. */
    String envelope(String to, String content) {
        count++;
        return "<e:env><h:From>" + options.get("from") + "</h:From><h:To>"
                + (to == null ? options.get("to") : to) + "</h:To>"
                + "<h:CertificateType>851</h:CertificateType>"
                + "<h:CertificateStatus>70</h:CertificateStatus>"
                + "<h:NPPOCertificateNumber>JAVA/" + run + "/" + count
                + "</h:NPPOCertificateNumber><h:hubDeliveryNumber></h:hubDeliveryNumber>"
                + "<h:HUBTrackingInfo></h:HUBTrackingInfo>"
                + "<h:hubDeliveryErrorMessage></h:hubDeliveryErrorMessage><h:Forwardings/>"
                + "<h:Content>" + escape(content) + "</h:Content></e:env>";
    }

    static String number(String number) {
        return "<e:hubTrackingNumber>" + number + "</e:hubTrackingNumber>";
    }

    static String request(String operation, String inner) {
        return "<?xml version='1.0' encoding='UTF-8'?><s:Envelope xmlns:s=\"" + SOAP
                + "\" xmlns:e=\"" + EPH + "\" xmlns:h=\"" + HUB + "\"><s:Header/><s:Body><e:"
                + operation + ">" + inner + "</e:" + operation + "></s:Body></s:Envelope>";
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                .replace("\r", "&#13;");
    }

    static void checkNppo(Element nppo) throws ExpectationFailed {
        for (String field : List.of("Country", "Receive", "Send")) {
            expect(!text(only(nppo, HUB, field)).isEmpty(), "an NPPO without " + field);
        }
        for (Element child : children(nppo)) {
            expectEqual(child.getNamespaceURI(), HUB, "namespace of " + child.getLocalName());
            if (child.getLocalName().equals("AllowedDocument")) {
                expect(child.hasAttribute("active"), "AllowedDocument/@active");
                for (String part : List.of("certificateType", "certificateStatus")) {
                    Element found = only(child, null, part);
                    expect(found.hasAttribute("number"), part + "/@number");
                    expect(found.hasAttribute("value"), part + "/@value");
                }
            }
        }
    }

    /** Reads a header or an envelope: its fields in their namespace and order. */
    static Map<String, String> header(Element element) throws ExpectationFailed {
        Map<String, String> fields = new HashMap<>();
        int last = -1;
        for (Element field : children(element)) {
            expectEqual(field.getNamespaceURI(), HUB, "namespace of " + field.getLocalName());
            int place = HEADER_ORDER.indexOf(field.getLocalName());
            expect(place > last, field.getLocalName() + " is unknown or out of order");
            expect(!field.hasAttributes() || field.getAttributeNS(
                    "http://www.w3.org/2001/XMLSchema-instance", "type").isEmpty(), "xsi:type");
            last = place;
            fields.put(field.getLocalName(), text(field));
        }
        for (String name : HEADER_REQUIRED) {
            expect(fields.containsKey(name), "a header without " + name);
        }
        expect(!fields.get("hubDeliveryNumber").isEmpty(), "an empty hubDeliveryNumber");
        expect(!fields.get("HUBTrackingInfo").isEmpty(), "an empty HUBTrackingInfo");
        return fields;
    }

    // ---- XML and expectations ----

    static Element parse(byte[] document) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.setCoalescing(true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(document))
                .getDocumentElement();
    }

    static Element payload(String operation, byte[] document) throws Exception {
        Element envelope = parse(document);
        expectName(envelope, SOAP, "Envelope");
        return only(only(envelope, SOAP, "Body"), EPH, operation + "Response");
    }

    static List<Element> children(Element parent) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                found.add(element);
            }
        }
        return found;
    }

    /** The one child of that name; {@code namespace} null stands for no namespace. */
    static Element only(Element parent, String namespace, String name) throws ExpectationFailed {
        Element found = null;
        for (Element child : children(parent)) {
            if (child.getLocalName().equals(name)
                    && java.util.Objects.equals(child.getNamespaceURI(), namespace)) {
                expect(found == null, name + " stands twice in " + parent.getLocalName());
                found = child;
            }
        }
        expect(found != null, "{" + namespace + "}" + name + " is missing in "
                + parent.getLocalName());
        return found;
    }

    static void expectName(Element element, String namespace, String name)
            throws ExpectationFailed {
        expectEqual(element.getNamespaceURI() + " " + element.getLocalName(),
                namespace + " " + name, "name of an element");
    }

    static String text(Element element) {
        return element.getTextContent();
    }

    static void expect(boolean condition, String message) throws ExpectationFailed {
        if (!condition) {
            throw new ExpectationFailed(message);
        }
    }

    static void expectEqual(Object got, Object wanted, String what) throws ExpectationFailed {
        expect(java.util.Objects.equals(got, wanted), what + ": got " + got + ", wanted " + wanted);
    }

    static Map<String, String> options(String[] arguments) {
        Map<String, String> options = new HashMap<>(Map.of("password", "changeit"));
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i].replaceFirst("^--", ""), arguments[i + 1]);
        }
        for (String name : List.of("endpoint", "ca", "sender", "receiver", "from", "to")) {
            if (!options.containsKey(name)) {
                throw new IllegalArgumentException("missing: --" + name
                        + " (endpoint URL, ca PEM, sender P12, receiver P12, from CODE, to CODE)");
            }
        }
        return options;
    }

    public static void main(String[] arguments) {
        String step = "start";
        try {
            for (Map.Entry<String, Step> entry
                    : new DeliveryClient(options(arguments)).steps().entrySet()) {
                step = entry.getKey();
                entry.getValue().run();
                System.out.println("ok      " + step);
            }
        } catch (ExpectationFailed | org.xml.sax.SAXException failed) {
            System.err.println("FAILED  " + step + ": " + failed.getMessage());
            System.exit(1);
        } catch (Exception failed) {
            System.err.println("ERROR   " + step + ": " + failed);
            System.exit(2);
        }
    }
}
