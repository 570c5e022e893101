// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>A test on the daemon that its class shares.</summary>
public abstract class SharedDaemonTest(DaemonFixture fixture) : KernelTest, IClassFixture<DaemonFixture>
{
    private protected Daemon Daemon => fixture.Daemon;

    private protected CloseWaitJournal Journal => fixture.Journal;
}
