// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Rust;

/// <summary>Constants in Rust v0 names that are made of others: references, arrays, tuples and values of structures.</summary>
internal sealed class RustV0ComposedConstants(RustV0Reader name, RustV0Output output, RustV0Demangler parts)
{
    internal void Read(char tag, bool inValue)
    {
        if (tag == 'R' && name.TryTake('e'))
        {
            output.Write(RustV0Constants.ReadText(name));
            return;
        }

        // As a generic argument an expression needs braces.
        output.Write(inValue ? "" : "{");
        switch (tag)
        {
            case 'e':
                output.Write("*" + RustV0Constants.ReadText(name));
                break;
            case 'R' or 'Q':
                output.Write(tag == 'R' ? "&" : "&mut ");
                parts.Constant(inValue: true);
                break;
            case 'A':
                output.Write("[");
                parts.List(ConstantInValue);
                output.Write("]");
                break;
            case 'T':
                parts.Tuple(ConstantInValue);
                break;
            case 'V':
                parts.Path(inValue: true);
                ConstantFields();
                break;
            default:
                name.Fail();
                break;
        }

        output.Write(inValue ? "" : "}");
    }

    private void ConstantFields()
    {
        switch (name.Take())
        {
            case 'U':
                break;
            case 'T':
                output.Write("(");
                parts.List(ConstantInValue);
                output.Write(")");
                break;
            case 'S':
                output.Write(" { ");
                parts.List(NamedConstant);
                output.Write(" }");
                break;
            default:
                name.Fail();
                break;
        }
    }

    private void ConstantInValue() => parts.Constant(inValue: true);

    private void NamedConstant()
    {
        name.TakeOptionalBase62('s');
        output.Write(name.TakeIdentifier() + ": ");
        parts.Constant(inValue: true);
    }
}
