// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>Ends whatever a test waits for: what never comes is a failure and not a hang.</summary>
public static class TestDeadline
{
    /// <summary>Fires two minutes from now, which is long on the busiest machine, or when the run is stopped.</summary>
    public static CancellationToken Token
    {
        get
        {
            var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(TimeSpan.FromMinutes(2));
            return deadline.Token;
        }
    }
}
