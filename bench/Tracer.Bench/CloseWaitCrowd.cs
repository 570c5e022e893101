// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>Many sockets that stay in CLOSE_WAIT (loads/closewaits.c), in as many processes as their descriptors need.</summary>
internal sealed class CloseWaitCrowd : IAsyncDisposable
{
    private const int MostPerProcess = 12_500; // below the descriptors that a process has on a usual host
    private const int FirstPort = 9000;

    private readonly List<Child> _children = [];

    private CloseWaitCrowd(NetworkNamespace netns) => Netns = netns;

    public NetworkNamespace Netns { get; }

    public int Count { get; private set; }

    public static Task<CloseWaitCrowd> Start(Lab lab, int count, int holders = 1) => Start(async crowd =>
    {
        lab.Say($"{count} sockets in CLOSE_WAIT, {holders} holders each");
        while (crowd.Count < count)
            await crowd.AddProcess(lab, Math.Min(count - crowd.Count, MostPerProcess), holders);
    });

    /// <summary>One process, until it has no descriptor left.</summary>
    public static Task<CloseWaitCrowd> ToDescriptorLimit(Lab lab) => Start(async crowd =>
    {
        int most = await crowd.AddProcess(lab, wanted: null, holders: 1);
        lab.Say($"{crowd.Count} sockets in CLOSE_WAIT of a process that may have {most} descriptors");
    });

    public async ValueTask DisposeAsync()
    {
        foreach (Child child in _children)
            await child.DisposeAsync();
        await Netns.DisposeAsync();
    }

    private static async Task<CloseWaitCrowd> Start(Func<CloseWaitCrowd, Task> fill)
    {
        CloseWaitCrowd crowd = new(await NetworkNamespace.Create());
        try
        {
            await fill(crowd);
            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes as many as are wanted, or as its descriptors allow; returns how many of these it may have.</summary>
    private async Task<int> AddProcess(Lab lab, int? wanted, int holders)
    {
        string[] arguments = [Text(FirstPort + _children.Count), Text(wanted ?? int.MaxValue), Text(holders)];
        lab.Ran("closewaits " + string.Join(' ', arguments));
        Child child = Netns.Start(LoadPrograms.PathOf("closewaits"), arguments);
        _children.Add(child);
        await lab.Answer(child);
        int[] answer = [.. (await lab.Ask(child, "go")).Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        (int made, int most) = (answer[0], answer[1]);
        Count += made;
        return wanted is null || made == wanted ? most : throw new BenchException(6, $"{made} of {wanted} sockets in CLOSE_WAIT: a process may have {most} descriptors");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
