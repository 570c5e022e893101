// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Hosting;

/// <summary>
/// What calls are answered from, and where they wait for it: clients may connect while the daemon still starts, and the server is built meanwhile.
/// </summary>
internal sealed class SourceGate
{
    // Asynchronous, so that no call runs inside Open.
    private readonly TaskCompletionSource<(EventHub Hub, IFactSource Facts)> _sources = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static SourceGate Opened(EventHub hub, IFactSource facts)
    {
        SourceGate gate = new();
        gate.Open(hub, facts);
        return gate;
    }

    /// <summary>Completes when calls can be answered; cancelled when they never will be.</summary>
    public Task Passed => _sources.Task;

    /// <summary>Behind the gate only.</summary>
    public EventHub Hub => Sources.Hub;

    /// <summary>Behind the gate only.</summary>
    public IFactSource Facts => Sources.Facts;

    private (EventHub Hub, IFactSource Facts) Sources =>
        _sources.Task.IsCompletedSuccessfully ? _sources.Task.Result : throw new InvalidOperationException("A call has not waited for its sources.");

    /// <summary>Lets all calls pass.</summary>
    public void Open(EventHub hub, IFactSource facts) => _sources.SetResult((hub, facts));

    /// <summary>Ends the wait of all calls, if it has not ended.</summary>
    public void Close() => _sources.TrySetCanceled();
}
