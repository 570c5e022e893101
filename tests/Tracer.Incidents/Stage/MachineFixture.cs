// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Xunit;

namespace Tracer.Incidents.Stage;

/// <summary>Notes what the machine holds before the first incident.</summary>
public sealed class MachineFixture : IAsyncLifetime
{
    internal MachineInventory? Before { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (Prerequisites.Missing is null)
            Before = await MachineInventory.Take();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
