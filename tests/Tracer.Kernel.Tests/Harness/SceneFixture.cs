// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>Compiles the targets and notes what the machine holds before the first test.</summary>
public sealed class SceneFixture : IAsyncLifetime
{
    internal MachineInventory? Before { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (Prerequisites.Missing is not null)
            return;
        Before = await MachineInventory.Take();
        await TargetPrograms.Compile();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
