// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>Connections on every processor at once: the most that this machine makes.</summary>
internal sealed class FullLoad : IAsyncDisposable
{
    private readonly NetworkNamespace _netns;
    private readonly List<ConnectionLoad> _loads = [];

    private FullLoad(NetworkNamespace netns) => _netns = netns;

    public static async Task<FullLoad> Start(Lab lab)
    {
        FullLoad full = new(await NetworkNamespace.Create());
        try
        {
            for (int processor = 0; processor < Environment.ProcessorCount; processor++)
                full._loads.Add(await ConnectionLoad.Start(lab, full._netns, processor));
            return full;
        }
        catch
        {
            await full.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connections per second of all together.</summary>
    public async Task<double> RateFor(TimeSpan time) => (await For(time)).Sum(result => result.PerSecond);

    public Task<LoadResult[]> For(TimeSpan time) => Task.WhenAll(_loads.Select(load => load.For(time)));

    public async ValueTask DisposeAsync()
    {
        foreach (ConnectionLoad load in _loads)
            await load.DisposeAsync();
        await _netns.DisposeAsync();
    }
}
