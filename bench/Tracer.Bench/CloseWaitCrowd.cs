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

    private CloseWaitCrowd(NetworkNamespace netns, int count)
    {
        Netns = netns;
        Count = count;
    }

    public NetworkNamespace Netns { get; }

    public int Count { get; }

    public static async Task<CloseWaitCrowd> Start(Lab lab, int count, int holders = 1)
    {
        CloseWaitCrowd crowd = new(await NetworkNamespace.Create(), count);
        try
        {
            await crowd.Fill(lab, holders);
            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Child child in _children)
            await child.DisposeAsync();
        await Netns.DisposeAsync();
    }

    private async Task Fill(Lab lab, int holders)
    {
        lab.Say($"{Count} sockets in CLOSE_WAIT, {holders} holders each");
        for (int left = Count; left > 0; left -= MostPerProcess)
        {
            string[] arguments = [Text(FirstPort + _children.Count), Text(Math.Min(left, MostPerProcess)), Text(holders)];
            lab.Ran("closewaits " + string.Join(' ', arguments));
            Child child = Netns.Start(LoadPrograms.PathOf("closewaits"), arguments);
            _children.Add(child);
            await lab.Answer(child);
            await lab.Ask(child, "go");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
