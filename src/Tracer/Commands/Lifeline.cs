// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Commands;

/// <summary>Ends a process when the other end of its standard input is gone, however that came about.</summary>
internal static class Lifeline
{
    /// <summary>Cancels <paramref name="end"/> at the end of the input; what is written to it means nothing.</summary>
    public static void Watch(Stream input, CancellationTokenSource end)
    {
        // A thread of its own: reading a pipe blocks, and a pool thread would be missing for the daemon's life.
        var thread = new Thread(() => ReadToEnd(input, end)) { IsBackground = true, Name = "lifeline" };
        thread.Start();
    }

    private static void ReadToEnd(Stream input, CancellationTokenSource end)
    {
        Span<byte> ignored = stackalloc byte[64];
        try
        {
            while (input.Read(ignored) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A broken input is as good as an ended one.
        }
        try
        {
            end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The daemon ended by itself.
        }
    }
}
