// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>One daemon and one follower for the tests of a class.</summary>
public sealed class DaemonFixture : IAsyncLifetime
{
    private Daemon? _daemon;
    private CloseWaitJournal? _journal;

    internal Daemon Daemon => _daemon ?? throw new InvalidOperationException("the daemon was not started");

    internal CloseWaitJournal Journal => _journal ?? throw new InvalidOperationException("the daemon was not started");

    public async ValueTask InitializeAsync()
    {
        if (Prerequisites.Missing is not null)
            return; // each test says so itself
        _daemon = await Daemon.Start();
        _journal = new CloseWaitJournal(_daemon);
        await _journal.Snapshot();
    }

    public async ValueTask DisposeAsync()
    {
        if (_journal is not null)
            await _journal.DisposeAsync();
        if (_daemon is not null)
            await _daemon.DisposeAsync();
    }
}
