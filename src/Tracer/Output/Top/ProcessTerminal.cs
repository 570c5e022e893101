// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Tracer.Output.Top;

/// <summary>The terminal this process was started on.</summary>
internal static class ProcessTerminal
{
    private static readonly PosixSignal[] Endings = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    public static Terminal Open(TextWriter output)
    {
        Channel<ConsoleKeyInfo> keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
        var terminal = new Terminal(output, () => (Console.WindowWidth, Console.WindowHeight), keys.Reader);
        // A key that means nothing lets the frame be drawn anew.
        void Wake() => keys.Writer.TryWrite(default);
        foreach (PosixSignal signal in Endings)
            terminal.Keep(PosixSignalRegistration.Create(signal, _ => terminal.Leave()));
        terminal.Keep(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => terminal.Suspend()));
        terminal.Keep(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Wake()));
        terminal.Keep(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Wake()));
        AppDomain.CurrentDomain.UnhandledException += (_, _) => terminal.Leave();
        new Thread(() => ReadKeys(keys.Writer)) { IsBackground = true, Name = "keys" }.Start();
        return terminal;
    }

    // It cannot be interrupted: the thread ends with the process.
    private static void ReadKeys(ChannelWriter<ConsoleKeyInfo> keys)
    {
        try
        {
            while (true)
                keys.TryWrite(Console.ReadKey(intercept: true));
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            keys.TryComplete(); // the terminal hung up
        }
    }
}
