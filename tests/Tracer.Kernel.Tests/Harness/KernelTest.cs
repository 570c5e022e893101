// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>A test that needs this kernel, root and the built daemon.</summary>
public abstract class KernelTest
{
    protected KernelTest()
    {
        Prerequisites.Demand();
        RanTests.Add(TestContext.Current.TestMethod);
    }
}
