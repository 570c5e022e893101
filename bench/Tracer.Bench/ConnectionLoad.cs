// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>Short connections from one thread on one processor (loads/connections.c), which waits between two runs.</summary>
internal sealed class ConnectionLoad : IAsyncDisposable
{
    /// <summary>State changes of both ends of a connection: SYN_SENT, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE; SYN_RECV, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSE.</summary>
    public const int ChangesOfAConnection = 10;

    /// <summary>Of the service on processor 0; further ones of the same load follow it.</summary>
    public const int FirstPort = 7000;

    private const int LongestMs = 60_000;

    private readonly Lab _lab;
    private readonly Child _child;

    private ConnectionLoad(Lab lab, Child child)
    {
        _lab = lab;
        _child = child;
    }

    public static async Task<ConnectionLoad> Start(Lab lab, NetworkNamespace netns, int processor = 0, ConnectionShape? shape = null, int stacks = 0, int ports = 1)
    {
        string[] arguments = [Text(processor), Text(FirstPort + processor), (shape ?? ConnectionShape.Fin).Word, Text(stacks), Text(ports)];
        ConnectionLoad load = new(lab, netns.Start(LoadPrograms.PathOf("connections"), arguments));
        lab.Ran("connections " + string.Join(' ', arguments));
        await lab.Answer(load._child);
        return load;
    }

    public Task<LoadResult> Count(int connections) => Run($"count {connections}");

    public Task<LoadResult> For(TimeSpan time) => Run($"time {time.TotalMilliseconds:0}");

    public Task<LoadResult> Paced(int perSecond, TimeSpan time) => Run($"paced {perSecond} {time.TotalMilliseconds:0}");

    /// <summary>Until this is disposed of, or the load finds it enough.</summary>
    public Task Begin(int perSecond) => _child.WriteLine($"paced {perSecond} {LongestMs}");

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private async Task<LoadResult> Run(string order)
    {
        double[] numbers = [.. (await _lab.Ask(_child, order)).Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        return new LoadResult((long)numbers[0], numbers[1], numbers[2]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
