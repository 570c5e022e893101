// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;

/**
 * Leaking PORT: see LeakingProgram.cs. It understands more: "warm N" does N times what "leak" and "close" do, with a server of its own, so that the
 * methods get compiled ("warmed"); "block" leaks a connection whose end a thread named "stuck reader" has read and goes on waiting with ("blocked").
 */
public final class Leaking {
    private static final ArrayDeque<Socket> kept = new ArrayDeque<>();

    public static void main(String[] arguments) throws Exception {
        serve(Integer.parseInt(arguments[0]));
    }

    static void serve(int port) throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        String line;
        while ((line = commands.readLine()) != null) {
            if (line.equals("leak")) {
                handle(port);
                System.out.println("ready");
            } else if (line.equals("close")) {
                closeAll();
                System.out.println("closed");
            } else if (line.equals("block")) {
                block(port);
                System.out.println("blocked");
            } else if (line.startsWith("warm ")) {
                warm(Integer.parseInt(line.substring(5)));
                System.out.println("warmed");
            }
        }
    }

    static void handle(int port) throws IOException {
        Socket socket = userOpen(port);
        kept.add(socket);
        userSend(socket);
        userRead(socket);
    }

    static Socket userOpen(int port) throws IOException {
        return new Socket("127.0.0.1", port);
    }

    static void userSend(Socket socket) throws IOException {
        socket.getOutputStream().write('x');
    }

    static void userRead(Socket socket) throws IOException {
        InputStream input = socket.getInputStream();
        byte[] buffer = new byte[16];
        while (readSome(input, buffer) >= 0) {
        }
    }

    // Small enough to be inlined.
    private static int readSome(InputStream input, byte[] buffer) throws IOException {
        return input.read(buffer);
    }

    static void userClose(Socket socket) throws IOException {
        socket.close();
    }

    private static void closeAll() throws IOException {
        Socket socket;
        while ((socket = kept.poll()) != null)
            userClose(socket);
    }

    private static void block(int port) throws Exception {
        CountDownLatch hasRead = new CountDownLatch(1);
        Thread reader = new Thread(() -> readAndWait(port, hasRead), "stuck reader");
        reader.setDaemon(true);
        reader.start();
        hasRead.await();
    }

    private static void readAndWait(int port, CountDownLatch hasRead) {
        try {
            handle(port);
            hasRead.countDown();
            waitForever();
        } catch (IOException | InterruptedException failure) {
            failure.printStackTrace();
        }
    }

    private static void waitForever() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    private static void warm(int rounds) throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread answering = new Thread(() -> answer(server), "warm-up");
        answering.start();
        try (server) {
            for (int i = 0; i < rounds; i++) {
                handle(server.getLocalPort());
                closeAll();
            }
        }
        answering.join();
    }

    private static void answer(ServerSocket server) {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write(new byte[5]);
                }
            }
        } catch (IOException closed) {
            // The warm-up is over.
        }
    }
}
