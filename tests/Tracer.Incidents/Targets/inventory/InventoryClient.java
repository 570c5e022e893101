// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * InventoryClient PORT keep|evict: a client with a thread pool that keeps its HTTP connections to 127.0.0.1:PORT. The line "N" on its input makes N
 * requests at a time, each on a connection of its own ("done"); "drain" closes those that are idle ("done"). With "evict" connections that were idle for
 * a second are closed. It ends with its input.
 */
public final class InventoryClient {
    private static final long MAX_IDLE_NANOS = 1_000_000_000L;

    /** Connections that wait for their next request: nobody reads them. */
    static final class ConnectionPool {
        private final ArrayDeque<Connection> idle = new ArrayDeque<>();
        private final int port;

        ConnectionPool(int port) {
            this.port = port;
        }

        Connection borrow() throws IOException {
            synchronized (this) {
                if (!idle.isEmpty())
                    return idle.pop();
            }
            return connect();
        }

        private Connection connect() throws IOException {
            return new Connection(new Socket("127.0.0.1", port)); // connects
        }

        synchronized void release(Connection connection) {
            connection.idleSince = System.nanoTime();
            idle.push(connection);
        }

        synchronized void evict(long maxIdleNanos) throws IOException {
            while (!idle.isEmpty() && System.nanoTime() - idle.peekLast().idleSince > maxIdleNanos)
                idle.pollLast().socket.close();
        }
    }

    static final class Connection {
        final Socket socket;
        long idleSince;

        Connection(Socket socket) {
            this.socket = socket;
        }

        void get(String path) throws IOException {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: inventory\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            InputStream input = socket.getInputStream();
            StringBuilder answer = new StringBuilder();
            byte[] part = new byte[4096];
            while (answer.indexOf("\r\n\r\nstock\n") < 0) {
                int length = input.read(part);
                if (length < 0)
                    throw new IOException("closed after: " + answer);
                answer.append(new String(part, 0, length, StandardCharsets.US_ASCII));
            }
        }
    }

    private final ConnectionPool pool;
    private final ExecutorService workers = Executors.newFixedThreadPool(48);

    private InventoryClient(int port) {
        pool = new ConnectionPool(port);
    }

    /** All of them have their connection before the first one gives its back. */
    private void queryStock(int requests) throws Exception {
        List<Callable<Connection>> calls = new ArrayList<>();
        for (int i = 0; i < requests; i++)
            calls.add(this::query);
        for (Future<Connection> answered : workers.invokeAll(calls))
            pool.release(answered.get());
    }

    private Connection query() throws IOException {
        Connection connection = pool.borrow();
        connection.get("/stock");
        return connection;
    }

    private void evictForever() {
        try {
            while (true) {
                Thread.sleep(100);
                pool.evict(MAX_IDLE_NANOS);
            }
        } catch (IOException | InterruptedException failure) {
            failure.printStackTrace();
        }
    }

    public static void main(String[] arguments) throws Exception {
        InventoryClient client = new InventoryClient(Integer.parseInt(arguments[0]));
        if (arguments[1].equals("evict")) {
            Thread evictor = new Thread(client::evictForever, "evictor");
            evictor.setDaemon(true);
            evictor.start();
        }
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("ready");
        String line;
        while ((line = commands.readLine()) != null) {
            if (line.equals("drain"))
                client.pool.evict(0);
            else
                client.queryStock(Integer.parseInt(line));
            System.out.println("done");
        }
        client.workers.shutdown();
    }
}
