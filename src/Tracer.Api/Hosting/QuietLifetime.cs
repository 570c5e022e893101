// SPDX-License-Identifier: Apache-2.0
using Microsoft.Extensions.Hosting;

namespace Tracer.Api.Hosting;

/// <summary>Leaves signals to the daemon, which has more to end than its API.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
