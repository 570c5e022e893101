// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Scenes;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Xunit;

namespace Tracer.Api.Tests.Scenes;

public class SceneFiguresTests
{
    private const ulong Now = 100 * TestSockets.Second;

    [Fact]
    public void Sockets_left_open_are_stuck_but_not_in_close_wait()
    {
        SceneFigures figures = new(Now, countsProcesses: false);
        TrackedSocket inCloseWait = TestSockets.InCloseWait(1), leftOpen = TestSockets.Ended(2, isLeftOpen: true);
        figures.Add(in inCloseWait);
        figures.Add(in leftOpen);
        Assert.Equal((1u, 2u), (figures.CloseWaits, figures.Settled));
        Assert.Empty(figures.Processes);
    }

    [Fact]
    public void A_socket_that_has_just_come_is_not_settled()
    {
        SceneFigures figures = new(Now, countsProcesses: false);
        TrackedSocket young = TestSockets.InCloseWait(1, Now - (3 * TestSockets.Second) + 1), old = TestSockets.InCloseWait(2, Now - (3 * TestSockets.Second));
        figures.Add(in young);
        figures.Add(in old);
        Assert.Equal((2u, 1u), (figures.CloseWaits, figures.Settled));
    }

    [Fact]
    public void A_socket_counts_once_for_each_process_that_holds_it()
    {
        SceneFigures figures = new(Now, countsProcesses: true);
        TrackedSocket shared = TestSockets.InCloseWait(1), own = TestSockets.Ended(2, isLeftOpen: true);
        shared.Holders = [TestSockets.Holder(10, 3, "a"), TestSockets.Holder(11, 3, "b"), TestSockets.Holder(10, 4, "a")];
        own.Holders = [TestSockets.Holder(10, 5, "a")];
        figures.Add(in shared);
        figures.Add(in own);
        Assert.Equal(
            new Dictionary<uint, ProcessFigures> { [10] = new(1, 2, 2), [11] = new(1, 1, 1) },
            figures.Processes.ToDictionary(process => process.Key.Pid, process => process.Value));
    }

    [Fact]
    public void A_socket_that_was_never_accepted_is_its_listeners()
    {
        SceneFigures figures = new(Now, countsProcesses: true);
        TrackedSocket queued = TestSockets.InCloseWait(1);
        queued.InAcceptQueue = true;
        queued.Listener = new ListenerFacts { Cookie = 9, Holders = [TestSockets.Holder(10, 3, "a")] };
        figures.Add(in queued);
        KeyValuePair<ProcessKey, ProcessFigures> process = Assert.Single(figures.Processes);
        Assert.Equal((10u, new ProcessFigures(1, 1, 0)), (process.Key.Pid, process.Value));
    }
}
